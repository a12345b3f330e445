// The event API's list in each engine, over each transport and with each codec: a page runs all cases and tells what failed.
// The page forbids `eval`, as careful sites do.

import { fileURLToPath } from "node:url";
import { Server } from "@wireway/server";
import { msgpackCodec } from "@wireway/server/msgpack";
import { authenticateConformance, eventConformance, eventConformanceServer } from "@wireway/testkit";
import { build } from "esbuild";
import express from "express";
import { expect, test } from "../fixture.ts";

const page = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>events</title><link rel="icon" href="data:,">
<meta http-equiv="content-security-policy" content="script-src 'self' 'unsafe-inline'"></head><body></body></html>`;

const codecs = { json: {}, msgpack: { codec: msgpackCodec } } as const;

let script: Uint8Array;
test.beforeAll(async () => {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL("../events/page.ts", import.meta.url))],
    bundle: true,
    write: false,
    format: "esm",
    platform: "browser",
    target: "es2022",
  });
  script = outputFiles[0]?.contents ?? new Uint8Array();
});

for (const transport of ["websocket", "streaming", "sse", "polling"] as const) {
  test(`the event API over ${transport}`, async ({ tab, site }) => {
    // Cases that fail take five seconds each, and the table is to come all the same.
    test.setTimeout(90_000);
    const app = express();
    app.get("/events.js", (_request, response) => void response.type("text/javascript").send(Buffer.from(script)));
    app.post("/cut", (_request, response) => {
      response.on("finish", () => site.cut());
      response.end();
    });
    const servers = Object.entries(codecs).map(([codec, options]) => {
      const wireway = new Server({ ...options, path: `/${codec}/`, authenticate: authenticateConformance });
      // Handlers that fail on purpose.
      wireway.on("error", () => undefined);
      eventConformanceServer((namespace, options) => wireway.of(namespace, options));
      app.use(wireway.middleware());
      return wireway;
    });
    site.use(app);
    site.servePage("/events", page);
    await tab.goto(`${site.url}/events`);
    const result = await tab.evaluate(
      async (...[way, names]) => {
        const path = "/events.js";
        const { run, mayCompile } = (await import(path)) as typeof import("../events/page.ts");
        return { counts: await run(way, names), mayCompile: mayCompile() };
      },
      transport,
      Object.keys(codecs) as (keyof typeof codecs)[],
    );
    await Promise.all(servers.map((wireway) => wireway.close()));
    const all = { count: eventConformance.length, failed: {} };
    expect(result).toEqual({
      counts: Object.fromEntries(Object.keys(codecs).map((codec) => [codec, all])),
      mayCompile: false,
    });
  });
}
