/**
 * Starts the demo, opens it in headless Chromium in two tabs, goes through every weather and prints what the pages
 * counted. Fails when anything was lost, doubled or out of order, when a session ended that should not have, when memory
 * grew while nothing happened, or when the demo does not end cleanly.
 *
 *   node check.mjs [--seconds=60] [--only=name,name] [--transport=polling] [--idle-minutes=10] [--screenshots=folder]
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { chromium } from "@playwright/test";

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "60" },
    only: { type: "string" },
    transport: { type: "string" },
    "idle-minutes": { type: "string", default: "0" },
    screenshots: { type: "string" },
  },
});
const seconds = Number(values.seconds);
const idleMinutes = Number(values["idle-minutes"]);
if (!(seconds >= 0) || !(idleMinutes >= 0)) throw new Error("--seconds and --idle-minutes take numbers");

/**
 * What is switched on (what comes along is in skies.ts), what strikes every few seconds, whether sessions may end, for
 * how long at least it is watched, and whether it has to clear before anything can arrive.
 */
const weathers = [
  { name: "clear" },
  { name: "refused 403", skies: ["refuse403"] },
  { name: "refused 400", skies: ["refuse400"] },
  { name: "refused 426", skies: ["refuse426"] },
  { name: "refused 502", skies: ["refuse502"] },
  { name: "reset", skies: ["reset"] },
  { name: "vanish down", skies: ["starveDown"] },
  { name: "vanish up", skies: ["starveUp"] },
  { name: "vanish both", skies: ["starveBoth"] },
  { name: "swallowed", skies: ["swallow"] },
  { name: "killed", skies: ["kill"] },
  { name: "freezes", skies: ["freeze"] },
  { name: "lost 2 %", skies: ["lose2"] },
  { name: "lost 10 %", skies: ["lose10"] },
  { name: "held", skies: ["buffer"] },
  { name: "held, lost 10 %", skies: ["buffer", "lose10"] },
  { name: "half 502", skies: ["half"] },
  { name: "sent twice", skies: ["duplicate"] },
  { name: "out of order", skies: ["delay"] },
  { name: "twice, out of order", skies: ["duplicate", "delay"] },
  { name: "slower", skies: ["latency"] },
  { name: "slower, lost 10 %", skies: ["latency", "lose10"] },
  { name: "silence cut", skies: ["idle"], leastSeconds: 30 },
  { name: "refused, silence cut", skies: ["refuse403", "idle"], leastSeconds: 30 },
  { name: "cut at random", skies: ["random"] },
  { name: "refused, cut at r.", skies: ["refuse403", "random"] },
  { name: "portal", skies: ["portal"], isWall: true },
  { name: "blocked 30 s", skies: ["block"], leastSeconds: 35, returnsTo: "websocket" },
  { name: "away 10 s", skies: ["away"], leastSeconds: 11, returnsTo: "websocket" },
  { name: "cut", bolt: "cut", everyMs: 2_500 },
  { name: "refused, cut", skies: ["refuse403"], bolt: "cut", everyMs: 2_500 },
  { name: "network", bolt: "network", everyMs: 8_000 },
  { name: "refused, network", skies: ["refuse403"], bolt: "network", everyMs: 8_000 },
  { name: "restart", bolt: "restart", everyMs: 8_000, endsSessions: true },
  { name: "clear again" },
];
const chosen = values.only?.split(",").map((name) => name.trim());

/** Memory that may be gained while nothing happens, in bytes. */
const maxGainBytes = 3_000_000;
const settleMs = 40_000;
const wide = { width: 1280, height: 860 };

const failures = [];
const check = (holds, words) => {
  if (!holds) failures.push(words);
};

const demo = spawn(
  process.execPath,
  [fileURLToPath(new URL("dist/start.js", import.meta.url)), "--port=0", "--diagnose"],
  { stdio: ["ignore", "pipe", "inherit"] },
);
process.once("exit", () => demo.kill("SIGKILL"));
const [url] = await once(createInterface({ input: demo.stdout }), "line");

const systemChromium = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(existsSync);
const browser = await chromium.launch({
  ...(systemChromium && { executablePath: systemChromium }),
  args: ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--js-flags=--expose-gc"],
});

try {
  console.log(`${url}, ${seconds} s of each weather, two tabs\n`);
  print([
    "weather",
    "sent",
    "received",
    "waiting",
    "back",
    "lost",
    "doubled",
    "disordered",
    "sessions",
    "moves",
    "ends on",
  ]);
  for (const weather of weathers) {
    if (seconds > 0 && (!chosen || chosen.includes(weather.name))) await withPages((pages) => live(weather, pages));
  }
  if (idleMinutes > 0) await withPages(idle);
} finally {
  await browser.close();
}
await endDemo();

for (const failure of failures) console.error(`FAILED: ${failure}`);
console.log(failures.length === 0 ? "\nall counters at zero" : `\n${failures.length} failures`);
process.exitCode = failures.length === 0 ? 0 : 1;

/** New visitors each time: what one weather taught them would spare them the next. */
async function withPages(visit) {
  const pages = [await openPage("light"), await openPage("dark")];
  await visit(pages);
  await Promise.all(pages.map((page) => page.context().close()));
}

async function openPage(colorScheme) {
  const context = await browser.newContext({ viewport: wide, colorScheme });
  const page = await context.newPage();
  page.on("pageerror", (error) => failures.push(`the page threw: ${error.message}`));
  const address = new URL(url);
  if (values.transport) address.searchParams.set("transport", values.transport);
  await page.goto(address.href);
  await page.waitForFunction(() => window.wirewayDemo.snapshot().isConnected);
  return page;
}

function snapshot(page) {
  return page.evaluate(() => window.wirewayDemo.snapshot());
}

async function change(body) {
  const response = await fetch(`${url}/weather`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ ...body, by: "check" }),
  });
  if (!response.ok) throw new Error(`weather was answered with ${response.status}`);
}

async function live(weather, pages) {
  const {
    name,
    skies = [],
    bolt,
    everyMs,
    endsSessions = false,
    leastSeconds = 0,
    isWall = false,
    returnsTo,
  } = weather;
  const before = await Promise.all(pages.map(snapshot));
  for (const sky of skies) await change({ sky, on: true });
  const untilMs = performance.now() + Math.max(seconds, leastSeconds) * 1_000;
  while (performance.now() < untilMs) {
    // By its button: what a page does besides is part of it.
    if (bolt) await pages[0].click(`[data-bolt="${bolt}"]`);
    await pause(Math.max(0, Math.min(everyMs ?? 60_000, untilMs - performance.now())));
  }
  // In this weather still, everything has to arrive, where anything can; only then does the sky clear.
  if (isWall) await change({ bolt: "clear" });
  const arrived = await Promise.all(pages.map((page) => settled(page, returnsTo)));
  if (values.screenshots) await takeScreenshots(name, pages);
  const after = await Promise.all(pages.map(snapshot));
  await change({ bolt: "clear" });
  for (const index of pages.keys()) report(name, before[index], after[index], arrived[index], endsSessions);
}

/** Whether from now on messages come through in both directions, until next to nothing waits. */
async function settled(page, returnsTo) {
  const before = await snapshot(page);
  const untilMs = performance.now() + settleMs;
  for (;;) {
    const { up, down, isConnected, transport } = await snapshot(page);
    const isMoving = [up.received - before.up.received, down.received - before.down.received].every((n) => n > 30);
    const isThere = transport && transport === (returnsTo ?? transport);
    if (isConnected && isThere && isMoving && up.waiting < 40 && down.waiting < 40) return true;
    if (performance.now() > untilMs) return false;
    await pause(250);
  }
}

function report(name, before, after, hasArrived, endsSessions) {
  const total = ({ up, down }, field) => up[field] + down[field];
  const gained = (field) => total(after, field) - total(before, field);
  const [lost, doubled, disordered] = ["lost", "doubled", "outOfOrder"].map(gained);
  const sessions = after.sessions - before.sessions;
  const moves = after.moves - before.moves;
  print([
    name,
    gained("sent"),
    gained("received"),
    total(after, "waiting"),
    gained("handedBack"),
    lost,
    doubled,
    disordered,
    sessions,
    moves,
    after.transport ?? "none",
  ]);
  check(lost === 0 && doubled === 0 && disordered === 0, `${name}: something was lost, doubled or out of order`);
  check(hasArrived, `${name}: messages still wait ${settleMs / 1_000} s later`);
  const { up } = after;
  const isBalanced = up.sent === up.received + up.waiting + up.handedBack;
  check(isBalanced, `${name}: sent is not what was received, waits and was handed back`);
  if (endsSessions) check(sessions > 0, `${name}: no new session began`);
  else check(sessions === 0, `${name}: a session ended: ${after.log.slice(-8).join(" | ")}`);
}

async function takeScreenshots(name, pages) {
  await mkdir(values.screenshots, { recursive: true });
  for (const [index, page] of pages.entries()) {
    const file = `${name.replaceAll(/\W+/g, "-")}-${index === 0 ? "light" : "dark"}.png`;
    await page.screenshot({ path: `${values.screenshots}/${file}`, fullPage: true });
    await page.setViewportSize({ width: 390, height: 844 });
    await page.screenshot({ path: `${values.screenshots}/narrow-${file}`, fullPage: true });
    await page.setViewportSize(wide);
  }
}

async function idle(pages) {
  // What is kept on purpose (the chart's two minutes, the trails) is full after this long.
  const warmUpMinutes = Math.min(2.5, idleMinutes / 2);
  console.log(`\nidle: ${warmUpMinutes} min to warm up, then ${idleMinutes} min`);
  await pause(warmUpMinutes * 60_000);
  const start = await measure(pages);
  console.log("at the start", words(start));
  await pause(idleMinutes * 60_000);
  const end = await measure(pages);
  console.log("at the end  ", words(end));
  for (const [name, bytes] of Object.entries(end)) {
    if (name.endsWith("resident")) continue; // told, not judged: it depends on when the platform gives memory back
    check(bytes - start[name] < maxGainBytes, `${name} grew by ${megabytes(bytes - start[name])} while idle`);
  }
}

async function measure(pages) {
  const { server, proxy } = await (await fetch(`${url}/diagnostics`)).json();
  const heaps = await Promise.all(pages.map(pageHeap));
  return {
    "server heap": server.heapBytes,
    "server resident": server.residentBytes,
    "proxy resident": proxy.residentBytes,
    ...Object.fromEntries(heaps.map((bytes, index) => [`page ${index + 1} heap`, bytes])),
  };
}

async function pageHeap(page) {
  const session = await page.context().newCDPSession(page);
  await session.send("HeapProfiler.collectGarbage");
  const { usedSize } = await session.send("Runtime.getHeapUsage");
  await session.detach();
  return usedSize;
}

/** As Ctrl-C does. */
async function endDemo() {
  const { server } = await fetch(`${url}/diagnostics`)
    .then((response) => response.json())
    .catch(() => ({}));
  const askedAtMs = performance.now();
  demo.kill("SIGINT");
  const [code, signal] = await Promise.race([once(demo, "exit"), pause(5_000, ["nothing within 5 s"])]);
  const tookMs = Math.round(performance.now() - askedAtMs);
  console.log(`\nCtrl-C: ended with ${signal ?? `code ${code}`} after ${tookMs} ms`);
  check(code === 0, `Ctrl-C: ended with ${signal ?? code}`);
  if (server?.pid) check(!isAlive(server.pid), "Ctrl-C: the server's process is still there");
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

function megabytes(bytes) {
  return `${(bytes / 1_000_000).toFixed(2)} MB`;
}

function words(memory) {
  return Object.entries(memory)
    .map(([name, bytes]) => `${name} ${megabytes(bytes)}`)
    .join(", ");
}

function print(cells) {
  const [first, ...rest] = cells;
  console.log(`${String(first).padEnd(22)}${rest.map((cell) => String(cell).padStart(11)).join("")}`);
}
