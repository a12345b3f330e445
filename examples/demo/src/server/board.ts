// The room that all tabs share: who is there, what was drawn and written. Ten times a second it tells every tab what
// every pen did, in a numbered message; once a second who is there. Keeps a bounded past for newcomers.

import { randomUUID } from "node:crypto";
import type { Server, Socket } from "@wireway/server";
import {
  beatMs,
  type ChatLine,
  type ClientToServer,
  type ServerToClient,
  type Spot,
  type Stroke,
  type WeatherNews,
} from "../shared/events.ts";
import { isHushed } from "../shared/hush.ts";
import { beatsPerSecond, Visitor } from "./visitor.ts";

const maxStrokes = 120;
const maxPointsPerStroke = 400;
const maxChatLines = 40;
const maxChatChars = 200;
/** Most people that are named; more are there all the same. */
const maxPeople = 50;

export class Board {
  readonly #wireway: Server<ClientToServer, ServerToClient>;
  readonly #visitors = new Map<string, Visitor>();
  readonly #life = randomUUID();
  readonly #strokes: Stroke[] = [];
  /** The stroke that each pen is at, by the visitor's id. */
  readonly #open = new Map<string, Stroke>();
  readonly #chat: ChatLine[] = [];
  #weather: WeatherNews | undefined;
  #beats = 0;

  constructor(wireway: Server<ClientToServer, ServerToClient>) {
    this.#wireway = wireway;
    wireway.on("connection", (socket) => this.#enter(socket));
    setInterval(() => this.#beat(), beatMs);
  }

  tellWeather(news: WeatherNews): void {
    this.#weather = news;
    this.#wireway.emit("weather", news);
  }

  #enter(socket: Socket<ClientToServer, ServerToClient>): void {
    const visitor = new Visitor(socket, this.#freeTint(socket.handshake.auth["tint"]));
    this.#visitors.set(socket.id, visitor);
    socket.emit("welcome", { life: this.#life, strokes: this.#strokes, chat: this.#chat });
    if (this.#weather) socket.emit("weather", this.#weather);
    this.#tellPeople();

    socket.on("up", (n, confirmed, spots) => this.#draw(visitor, visitor.hear(n, confirmed, spots)));
    socket.on("probe", (roundTripMs) => {
      visitor.heardProbe(roundTripMs);
      return true;
    });
    socket.on("chat", (id, text) => this.#write(visitor, id, text));
    socket.on("wipe", () => {
      this.#strokes.length = 0;
      this.#open.clear();
      this.#wireway.emit("wiped", visitor.name);
    });
    socket.on("disconnect", () => {
      this.#visitors.delete(socket.id);
      this.#open.delete(socket.id);
      this.#tellPeople();
    });
  }

  /** What is wished for, or the least that nobody here has. */
  #freeTint(wish: unknown): number {
    const taken = new Set([...this.#visitors.values()].map(({ tint }) => tint));
    if (Number.isInteger(wish) && (wish as number) >= 0 && (wish as number) < 100 && !taken.has(wish as number)) {
      return wish as number;
    }
    let tint = 0;
    while (taken.has(tint)) tint += 1;
    return tint;
  }

  #beat(): void {
    if (isHushed(this.#weather?.active ?? [], Date.now())) return;
    const visitors = [...this.#visitors.values()];
    const frames = visitors.map((visitor) => visitor.takeFrame()).filter((frame) => frame !== undefined);
    for (const visitor of visitors) visitor.beat(frames);
    this.#beats += 1;
    if (this.#beats % beatsPerSecond === 0) this.#tellPeople();
  }

  #tellPeople(): void {
    if (this.#visitors.size === 0) return;
    const people = [...this.#visitors.values()].slice(0, maxPeople).map(({ person }) => person);
    this.#wireway.emit("people", people);
  }

  /** Keeps what is meant to stay. */
  #draw(visitor: Visitor, spots: readonly Spot[]): void {
    const { id } = visitor.socket;
    for (const [x, y, pen] of spots) {
      if (pen !== 2) {
        this.#open.delete(id);
        continue;
      }
      let stroke = this.#open.get(id);
      if (!stroke || stroke.points.length >= 2 * maxPointsPerStroke) {
        const last = stroke?.points.slice(-2) ?? [];
        stroke = { tint: visitor.tint, points: last };
        this.#open.set(id, stroke);
        this.#strokes.push(stroke);
        if (this.#strokes.length > maxStrokes) this.#strokes.shift();
      }
      stroke.points.push(x, y);
    }
  }

  #write(visitor: Visitor, id: unknown, text: unknown): void {
    if (typeof id !== "string" || id.length > 64 || typeof text !== "string") return;
    const said = text.trim().slice(0, maxChatChars);
    if (said === "" || !visitor.mayChat(performance.now())) return;
    // A page may send again what it was handed back; it is the same line.
    if (this.#chat.some((line) => line.id === id)) return;
    const line: ChatLine = { id, name: visitor.name, tint: visitor.tint, text: said };
    this.#chat.push(line);
    if (this.#chat.length > maxChatLines) this.#chat.shift();
    this.#wireway.emit("chat", line);
  }
}
