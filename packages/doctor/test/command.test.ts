// The command: what it takes, what it prints, and how it ends.

import { afterEach, describe, expect, test } from "vitest";
import { parseCommand, usage } from "../src/command-line.ts";
import { main } from "../src/main.ts";
import type { Report } from "../src/report.ts";
import { Scene } from "./scene.ts";

const scene = new Scene();
afterEach(() => scene.close());

interface Ran {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function run(argv: readonly string[], env: Record<string, string> = {}, isTTY = false): Promise<Ran> {
  let stdout = "";
  let stderr = "";
  const exitCode = await main(argv, {
    stdout: { isTTY, write: (text) => (stdout += text) },
    stderr: { write: (text) => (stderr += text) },
    env,
  });
  return { exitCode, stdout, stderr };
}

test("prints its usage and its version", async () => {
  expect(await run(["--help"])).toEqual({ exitCode: 0, stdout: usage, stderr: "" });
  const { stdout } = await run(["-V"]);
  expect(stdout).toMatch(/^\d+\.\d+\.\d+/);
});

test.each([
  [[], /an address is missing/],
  [["ftp://example.com"], /no address by http/],
  [["http://"], /no address by http/],
  [["one.example", "two.example"], /one address at a time/],
  [["--what", "example.com"], /--what/],
  [["--path", "live", "example.com"], /--path must begin with \//],
  [["--origin", "example.com", "example.com"], /--origin must be like/],
  [["--origin", "https://example.com/page", "example.com"], /--origin must be like/],
  [["--header", "nonsense", "example.com"], /--header must be like/],
  [["--timeout-ms", "soon", "example.com"], /--timeout-ms must be/],
])("says what is wrong with %j, and how it is right", async (argv, message) => {
  const { exitCode, stdout, stderr } = await run(argv);
  expect([exitCode, stdout]).toEqual([2, ""]);
  expect(stderr).toMatch(message);
  expect(stderr).toContain(usage);
});

describe("addresses", () => {
  test.each([
    ["localhost:3000", "http://localhost:3000/"],
    ["127.0.0.1:3000/chat", "http://127.0.0.1:3000/chat"],
    ["example.com", "https://example.com/"],
    ["ws://example.com", "http://example.com/"],
    ["wss://example.com/chat", "https://example.com/chat"],
  ])("%s means %s", (given, meant) => {
    const command = parseCommand([given]);
    expect(command.kind === "examine" && String(command.options.url)).toBe(meant);
  });
});

test("takes its options as curl does", () => {
  const argv = [
    "-k",
    "-H",
    "X-One: 1",
    "--header",
    "x-two:2",
    "--path=/live",
    "--timeout-ms",
    "900",
    "--idle",
    "a.example",
  ];
  expect(parseCommand([...argv, "--origin", "https://b.example/"])).toMatchObject({
    kind: "examine",
    isJson: false,
    options: {
      headers: { "x-one": "1", "x-two": "2" },
      path: "/live/",
      timeoutMs: 900,
      insecure: true,
      idle: true,
      origin: "https://b.example",
    },
  });
});

test("sends the headers that it was given with every request", async () => {
  const { wireway, http, url } = await scene.wireway();
  const seen = new Set<string | undefined>();
  http.prependListener("request", ({ headers }) => seen.add(String(headers["x-key"])));
  wireway.on("connection", ({ handshake }) => seen.add(String(handshake.headers["x-key"])));
  await run(["-H", "X-Key: sesame", url]);
  expect([...seen]).toEqual(["sesame"]);
});

test("prints a table of what works, and ends with 0", async () => {
  const { url } = await scene.wireway();
  const { exitCode, stdout, stderr } = await run([url]);
  expect([exitCode, stderr]).toEqual([0, ""]);
  expect(stdout).toMatch(/^websocket +works +[\d.]+ ms +[\d.]+ ms {2}carries messages both ways$/m);
  expect(stdout).toContain("Everything works.");
  expect(stdout).not.toContain("\u001b");
});

test("prints what is in the way, what was seen, and what to do, and ends with 1", async () => {
  const { proxy, url } = await scene.proxied();
  proxy.setWeather({ upgrade: "strip" });
  const { exitCode, stdout } = await run([url]);
  expect(exitCode).toBe(1);
  expect(stdout).toContain("1. websocket: a proxy passes the WebSocket's request on without its upgrade headers");
  expect(stdout).toContain("Seen: the server answered 426 not_upgradable.");
  expect(stdout).toMatch(/Do: Let the proxy speak HTTP\/1\.1/);
  expect(stdout).toContain("For nginx, in location:\n  proxy_http_version 1.1;\n");
});

test("prints JSON alone when it is asked to, on a terminal too", async () => {
  const { proxy, url } = await scene.proxied();
  proxy.setWeather({ captivePortal: true });
  const { exitCode, stdout } = await run(["--json", url], {}, true);
  const report = JSON.parse(stdout) as Report;
  expect(exitCode).toBe(2);
  expect(report).toMatchObject({ report: 1, verdict: "fails", exitCode: 2, url: `${url}/wireway/` });
  expect(Object.keys(report)).toEqual([
    "report",
    "doctor",
    "url",
    "origin",
    "verdict",
    "exitCode",
    "server",
    "checks",
    "settings",
  ]);
  expect(report.checks.map(({ check }) => check)).toEqual([
    "reach",
    "certificate",
    "server",
    "origin",
    "websocket",
    "streaming",
    "sse",
    "polling",
    "bodies",
    "idle",
    "client",
  ]);
});

test("tells a terminal what is under way, in a line that is gone in the end", async () => {
  const { url } = await scene.wireway({ pingIntervalMs: 500 });
  const { stdout } = await run(["--idle", url], {}, true);
  const wipe = "\r\u001b[K";
  expect(stdout).toContain(`${wipe}examining: idle, websocket, streaming, sse …`);
  expect(stdout.slice(stdout.lastIndexOf(wipe))).not.toContain("examining");
  expect(stdout.slice(stdout.lastIndexOf(wipe))).toContain("Everything works.");
});

test("paints for terminals only, and not for those who want no colour", async () => {
  const { url } = await scene.wireway();
  expect((await run([url], {}, true)).stdout).toContain("\u001b[32mworks\u001b[39m");
  expect((await run([url], { NO_COLOR: "1" }, true)).stdout).not.toContain("\u001b[3");
  expect((await run([url], {}, false)).stdout).not.toContain("\u001b");
});
