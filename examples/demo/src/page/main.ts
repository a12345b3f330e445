// Puts the page together: one socket, and everything that shows what it does.

import { beatMs } from "../shared/events.ts";
import { AttemptsView } from "./attempts.ts";
import { BoardView } from "./board.ts";
import { Chart } from "./chart.ts";
import { Chat } from "./chat.ts";
import { Counts } from "./counts.ts";
import { Drift, stepsPerBeat } from "./drift.ts";
import { find } from "./elements.ts";
import { Hand } from "./hand.ts";
import { whoAmI } from "./identity.ts";
import { Link, openSocket } from "./link.ts";
import { Log } from "./log.ts";
import { People } from "./people.ts";
import { Probe } from "./probe.ts";
import { Status } from "./status.ts";
import { Streams } from "./streams.ts";
import { Theme } from "./theme.ts";
import { WeatherPanel } from "./weather.ts";

const me = whoAmI();
const theme = new Theme();
const log = new Log();
const status = new Status();
const counts = new Counts();
const attempts = new AttemptsView();
const chart = new Chart(theme);
const people = new People(theme);
const board = new BoardView(theme);
const weather = new WeatherPanel(me.name, log);
const streams = new Streams();
const drift = new Drift(me.seed);
const hand = new Hand(board.canvas, () => {
  find("invitation").hidden = true;
});

/** The colour that the server gave. */
let tint: number | undefined;

const socket = openSocket(me, () => tint);
const link = new Link(socket, log, () => {
  chart.moved(link.transport);
  show();
});
const probe = new Probe({
  ask: (lastRoundTripMs) => socket.emitWithAck("probe", lastRoundTripMs),
  isConnected: () => socket.connected && socket.connection.transport !== undefined && !weather.isHushed,
  onRoundTrip: (roundTripMs, askedAtMs) => chart.add(roundTripMs, askedAtMs),
});
const chat = new Chat(
  () => ({ name: me.name, tint: tint ?? 0 }),
  theme,
  (id, text) => say(() => socket.emit("chat", id, text)),
);

const maxBeatsAtOnce = 12;
let beatenUntilMs = performance.now();

/** Names the server's process that this page knows. */
let life: string | undefined;

socket.on("welcome", (welcome) => {
  // A new process has forgotten the board; this page has not.
  if (life === undefined || life === welcome.life) board.welcome(welcome.strokes);
  life = welcome.life;
  for (const line of welcome.chat) chat.hear(line);
});
socket.on("down", (n, waiting, report, frames) => {
  streams.heard(n, waiting, report);
  board.hear(frames, (id) => people.find(id));
});
socket.on("people", (everybody) => {
  people.show(everybody, socket.id);
  tint = people.find(socket.id ?? "")?.tint ?? tint;
});
socket.on("chat", (line) => chat.hear(line));
socket.on("wiped", (by) => {
  board.wipe();
  log.add("plain", `The board was wiped by ${by}.`);
});
socket.on("weather", (news) => weather.hear(news));
socket.on("connect", () => void weather.refresh());
void weather.refresh();
socket.on("disconnect", (_reason, { unconfirmed }) => {
  streams.ended(unconfirmed);
  chat.handedBack(unconfirmed.filter(({ event }) => event === "chat").map(({ args }) => args[0]));
});

/** What cannot be sent at all (the outbox is full, the socket closed) is told and let go. */
function say(send: () => unknown): void {
  try {
    send();
  } catch (error) {
    log.add("bad", `Not sent: ${error instanceof Error ? error.message : error}.`);
  }
}

/** Says what is due: a browser that slows timers down (in hidden tabs, to one a second) slows the messages little. */
function beatWhatIsDue(): void {
  if (weather.isHushed && !hand.isActive) beatenUntilMs = performance.now();
  const due = Math.floor((performance.now() - beatenUntilMs) / beatMs);
  beatenUntilMs += due * beatMs;
  for (let count = Math.min(due, maxBeatsAtOnce); count > 0; count -= 1) beat();
}

function beat(): void {
  if (streams.isFull || !socket.active) return;
  const spots = hand.take();
  if (spots.length === 0 && drifts && !hand.isActive) {
    for (let step = 0; step < stepsPerBeat; step += 1) spots.push(drift.next(board.aspect));
  }
  say(() => streams.beat((n, confirmed) => socket.emit("up", n, confirmed, spots)));
}

function show(): void {
  counts.show(streams.up, streams.down);
  attempts.show(socket.connection.attempts, performance.now());
  status.show(link.transport, socket.connected, probe.roundTripMs);
}

const driftButton = find("drift");
let drifts = !matchMedia("(prefers-reduced-motion: reduce)").matches;
driftButton.setAttribute("aria-pressed", String(drifts));
driftButton.addEventListener("click", () => {
  drifts = !drifts;
  driftButton.setAttribute("aria-pressed", String(drifts));
});
find("wipe").addEventListener("click", () => say(() => socket.emit("wipe")));

setInterval(beatWhatIsDue, beatMs);
setInterval(show, 250);
// While the socket has no way, what other tabs do to the weather is asked for.
setInterval(() => {
  if (!document.hidden && socket.connection.transport === undefined) void weather.refresh();
}, 3_000);

// The others need not wait until the session expires; a page that may come back keeps it.
addEventListener("pagehide", ({ persisted }) => {
  if (!persisted) void socket.close();
});

/** For check.mjs: what the page counted. */
Object.assign(window, {
  wirewayDemo: {
    snapshot: () => ({
      up: streams.up,
      down: streams.down,
      transport: link.transport,
      isConnected: socket.connected,
      sessions: link.sessions,
      moves: link.moves,
      roundTripMs: probe.roundTripMs,
      people: people.count,
      log: log.recent,
      attempts: socket.connection.attempts,
    }),
  },
});
