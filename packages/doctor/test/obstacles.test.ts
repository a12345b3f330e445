// What stands between a client and a Wireway server, one obstacle at a time, by the hostile proxy: is it found, under its
// name, and do the other transports keep their good name.

import { Transform } from "node:stream";
import { constants, createGzip } from "node:zlib";
import type { Weather } from "@wireway/testkit";
import { afterEach, describe, expect, test } from "vitest";
import { checkOf, examined, found, Scene, verdicts } from "./scene.ts";

const scene = new Scene();
afterEach(() => scene.close());

test("finds nothing where nothing stands in the way, and tells how fast each transport is", async () => {
  const { url } = await scene.proxied();
  const report = await examined(url, { idle: false });
  expect(found(report)).toEqual([]);
  expect(report).toMatchObject({ verdict: "works", exitCode: 0, settings: [], url: `${url}/wireway/`, origin: url });
  for (const name of ["websocket", "streaming", "sse", "polling", "client"] as const) {
    const { verdict, firstMessageMs, roundTripMs } = checkOf(report, name);
    expect([name, verdict]).toEqual([name, "works"]);
    expect(firstMessageMs).toBeGreaterThan(0);
    expect(roundTripMs).toBeGreaterThan(0);
  }
  expect(report.server?.terms?.pingIntervalMs).toBe(15_000);
});

test("tells the way's own time: a round trip holds the delay of both directions", async () => {
  const { proxy, url } = await scene.proxied();
  proxy.setWeather({ latencyMs: 40 });
  const report = await examined(url);
  expect(report.verdict).toBe("works");
  for (const name of ["websocket", "streaming", "sse", "polling"] as const) {
    expect(checkOf(report, name).roundTripMs).toBeGreaterThanOrEqual(79);
  }
});

interface Row {
  readonly obstacle: string;
  readonly weather: Partial<Weather>;
  readonly expected: readonly string[];
  readonly exitCode: 0 | 1 | 2;
  readonly advice: RegExp;
}

const rows: readonly Row[] = [
  {
    obstacle: "an upgrade that is swallowed",
    weather: { upgrade: "swallow" },
    expected: ["websocket: upgrade_swallowed"],
    exitCode: 1,
    advice: /Allow upgrades/,
  },
  {
    obstacle: "an upgrade that is reset",
    weather: { upgrade: "reset" },
    expected: ["websocket: upgrade_cut"],
    exitCode: 1,
    advice: /TLS/,
  },
  {
    obstacle: "an upgrade whose headers are stripped",
    weather: { upgrade: "strip" },
    expected: ["websocket: upgrade_stripped"],
    exitCode: 1,
    advice: /pass Upgrade and Connection on/,
  },
  {
    obstacle: "an upgrade that is refused",
    weather: { upgrade: { refuse: 403 } },
    expected: ["websocket: upgrade_refused"],
    exitCode: 1,
    advice: /Allow upgrades/,
  },
  {
    obstacle: "frames that vanish on their way up",
    weather: { starve: "up" },
    expected: ["websocket: frames_lost_up"],
    exitCode: 1,
    advice: /content inspection/,
  },
  {
    obstacle: "frames that vanish on their way down",
    weather: { starve: "down" },
    expected: ["websocket: frames_lost_down"],
    exitCode: 1,
    advice: /content inspection/,
  },
  {
    obstacle: "frames that vanish both ways",
    weather: { starve: "both" },
    expected: ["websocket: frames_lost_up"],
    exitCode: 1,
    advice: /content inspection/,
  },
  {
    obstacle: "a WebSocket that is killed soon",
    weather: { killAfterMs: 300 },
    expected: ["websocket: websocket_cut"],
    exitCode: 1,
    advice: /time or byte limit/,
  },
  {
    obstacle: "responses that are buffered until complete",
    weather: { bufferResponses: true },
    expected: ["streaming: stream_held", "sse: stream_held"],
    exitCode: 1,
    advice: /buffering off/,
  },
  {
    obstacle: "a limit on bodies",
    weather: { maxBodyBytes: 20_000 },
    expected: ["bodies: body_limit"],
    exitCode: 1,
    advice: /maxBodyBytes/,
  },
  {
    obstacle: "a captive portal",
    weather: { captivePortal: true },
    expected: ["server: not_wireway"],
    exitCode: 2,
    advice: /captive portal/,
  },
  {
    obstacle: "a gateway without a server",
    weather: { errorRate: 1, errorStatus: 502 },
    expected: ["server: upstream_down"],
    exitCode: 2,
    advice: /Start the server/,
  },
  {
    obstacle: "a firewall that forbids",
    weather: { errorRate: 1, errorStatus: 403 },
    expected: ["server: blocked"],
    exitCode: 2,
    advice: /exempt it/,
  },
  {
    obstacle: "connections that are reset",
    weather: { down: true },
    expected: ["server: cut_off"],
    exitCode: 2,
    advice: /without the proxy/,
  },
  {
    obstacle: "answers that vanish",
    weather: { starveResponsesAfterMs: 0 },
    expected: ["server: silent"],
    exitCode: 2,
    advice: /without the proxy/,
  },
];

test.each(rows)("names $obstacle", async ({ weather, expected, exitCode, advice }) => {
  const { proxy, url } = await scene.proxied();
  proxy.setWeather(weather);
  const report = await examined(url);
  expect(found(report)).toEqual(expected);
  expect(report.exitCode).toBe(exitCode);
  for (const { findings } of report.checks) for (const finding of findings) expect(finding.advice).toMatch(advice);
  const blamed = expected.map((one) => one.split(":", 1)[0]);
  for (const [check, verdict] of Object.entries(verdicts(report))) {
    if (!blamed.includes(check)) expect([check, verdict]).toEqual([check, "works"]);
  }
});

test("says at which size a body is refused, and up to which it gets through", async () => {
  const { proxy, url } = await scene.proxied();
  proxy.setWeather({ maxBodyBytes: 100_000 });
  const bodies = checkOf(await examined(url), "bodies");
  expect(bodies.summary).toMatch(/^up to 65 KiB; with 128 KiB: .*413/);
  expect(bodies.findings[0]?.by).toBe("intermediary");
});

test("shows the settings of all known products while it is unknown who stands in the way, each line once", async () => {
  const { proxy, url } = await scene.proxied();
  proxy.setWeather({ upgrade: "strip", bufferResponses: true });
  const { settings } = await examined(url);
  expect(new Set(settings.map(({ product }) => product))).toEqual(
    new Set(["nginx", "haproxy", "apache", "caddy", "cloudflare"]),
  );
  const nginx = settings.find(({ product, where }) => product === "nginx" && where === "location");
  expect(nginx?.lines.filter((line) => line === "proxy_http_version 1.1;")).toHaveLength(1);
  expect(nginx?.lines).toContain("proxy_buffering off;");
});

test("finds a path that delays so much that live connections may count as dead", async () => {
  const { proxy, url } = await scene.proxied({ pingTimeoutMs: 600 });
  proxy.setWeather({ latencyMs: 160 });
  const report = await examined(url, { timeoutMs: 5_000 });
  expect(found(report)).toContain("polling: slow_path");
  expect(report.exitCode).toBe(1);
});

describe("quiet connections", () => {
  test("are found cut, and after how many seconds", async () => {
    const { proxy, url } = await scene.proxied({ pingIntervalMs: 3_000 });
    proxy.setWeather({ idleCutMs: 1_500 });
    const report = await examined(url, { idle: true });
    const { findings } = checkOf(report, "idle");
    expect(findings.map(({ diagnosis }) => diagnosis)).toEqual(["idle_cut", "idle_cut", "idle_cut"]);
    for (const { evidence } of findings) expect(evidence).toMatch(/after 1\.[5-9] s of quiet .*every 3 s/);
    expect(report.exitCode).toBe(1);
  });

  test("are found alive when the server's ping comes", async () => {
    const { url } = await scene.proxied({ pingIntervalMs: 500 });
    const report = await examined(url, { idle: true });
    expect(checkOf(report, "idle")).toMatchObject({
      verdict: "works",
      summary: "websocket, streaming, polling: alive after 0.5 s of quiet",
    });
    expect(report.exitCode).toBe(0);
  });
});

describe("one path of many", () => {
  const isDial = (url: string | undefined, transport: string): boolean =>
    url?.includes(`transport=${transport}`) === true && !url.includes("request=");

  test("a stream that is held unless clients wish otherwise is told with the wish", async () => {
    const url = await scene.relayed({
      isMeant: (path) => isDial(path, "streaming") && !path.includes("hold=1"),
      transform: holding,
    });
    const report = await examined(url);
    expect(found(report)).toEqual(["streaming: stream_freed"]);
    expect(checkOf(report, "streaming").verdict).toBe("hindered");
    expect(checkOf(report, "streaming").summary).toContain("Content-Encoding: identity frees it");
    expect(report.exitCode).toBe(1);
  });

  test("a stream that is compressed, and held until enough has come together", async () => {
    const url = await scene.relayed({
      isMeant: (path) => isDial(path, "streaming"),
      transform: createGzip,
      headers: { "content-encoding": "gzip" },
    });
    const report = await examined(url);
    expect(found(report)).toEqual(["streaming: stream_compressed"]);
    expect(report.settings.flatMap(({ lines }) => lines)).toContain("gzip off;");
  });

  test("a stream that is compressed and flows is no fault", async () => {
    const url = await scene.relayed({
      isMeant: (path) => isDial(path, "streaming"),
      transform: () => createGzip({ flush: constants.Z_SYNC_FLUSH }),
      headers: { "content-encoding": "gzip" },
    });
    const report = await examined(url);
    expect(found(report)).toEqual([]);
    expect(checkOf(report, "streaming").summary).toContain("compressed with gzip");
  });

  test("a stream whose messages are kept for a while", async () => {
    const url = await scene.relayed({ isMeant: (path) => isDial(path, "streaming"), transform: () => slowed(200) });
    const report = await examined(url);
    expect(found(report)).toEqual(["streaming: stream_delayed"]);
    expect(report.settings.flatMap(({ lines }) => lines)).toContain("option http-no-delay");
  });

  test("a stream that ends too soon is told as cut", async () => {
    const { url } = await scene.proxied(
      {},
      {
        intercept: (request, response) => {
          if (!isDial(request.url, "streaming")) return false;
          response.writeHead(200, { "content-type": "application/octet-stream" }).end();
          return true;
        },
      },
    );
    expect(found(await examined(url))).toEqual(["streaming: stream_cut"]);
  });

  test("polls that somebody else answers are told", async () => {
    const { url } = await scene.proxied(
      {},
      {
        intercept: (request, response) => {
          if (!request.url?.includes("request=poll")) return false;
          response.writeHead(504, { "content-type": "text/html", server: "nginx" }).end("<title>504</title>");
          return true;
        },
      },
    );
    const report = await examined(url);
    expect(found(report)).toEqual(["polling: poll_lost"]);
    expect(checkOf(report, "polling").findings[0]).toMatchObject({ product: "nginx" });
    expect(report.settings[0]?.lines).toContain("proxy_read_timeout 60s;");
  });
});

/** Passes nothing on before all of it is there. */
function holding(): Transform {
  const held: Buffer[] = [];
  return new Transform({
    transform: (chunk: Buffer, _encoding, done) => {
      held.push(chunk);
      done();
    },
    flush: (done) => done(null, Buffer.concat(held)),
  });
}

function slowed(delayMs: number): Transform {
  return new Transform({
    transform: (chunk: Buffer, _encoding, done) => void setTimeout(done, delayMs, null, chunk),
  });
}
