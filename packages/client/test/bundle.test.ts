// The minified bundle against the real server: what minifying, and short names for what is internal, may break shows here,
// long before a browser runs it. Bundled from the source, in the same two steps as what is published.
// Not here: browsers (e2e).

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { Server } from "@wireway/server";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import * as source from "../src/index.ts";

type Client = typeof source;
type Bundle = (
  request: object,
) => Promise<{ outputFiles: readonly { readonly path: string; readonly text: string }[] }>;

let folder: string;
let bundle: Client;
let server: Server;
let url: string;

beforeAll(async () => {
  const script = new URL("../../../scripts/client-bundle.mjs", import.meta.url).href;
  const { bundleClient, bundleModules } = (await import(script)) as Readonly<Record<string, Bundle>>;
  folder = await mkdtemp(join(tmpdir(), "wireway-bundle-"));
  const entries = { index: "src/index.ts" };
  const modules = await bundleModules?.({ entries, outdir: folder, conditions: ["@wireway/source"] });
  for (const { path, text } of modules?.outputFiles ?? []) await writeFile(path, text);
  const bundled = await bundleClient?.({ entry: { file: join(folder, "index.js") }, format: "esm" });
  const file = join(folder, "bundle.mjs");
  await writeFile(file, bundled?.outputFiles[0]?.text ?? "");
  bundle = (await import(pathToFileURL(file).href)) as Client;
  server = new Server();
  server.on("connection", (socket) => {
    socket.on("echo", (...args: unknown[]) => (args.pop() as (...answer: unknown[]) => void)(args));
    socket.on("say", (...args: unknown[]) => {
      const answer = args.pop() as () => void;
      socket.emit(...(args as [string]));
      answer();
    });
    socket.on("leave", () => socket.disconnect());
  });
  const http = await server.listen(0, "127.0.0.1");
  url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
}, 60_000);
afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

test("has the names that the source has", () => {
  expect(Object.keys(bundle).sort()).toEqual(Object.keys(source).sort());
  expect(members(bundle.Socket)).toEqual(members(source.Socket));
  expect(members(bundle.WirewayError)).toEqual(members(source.WirewayError));
});

/** Without those that are private in the source: the bundle's have a letter. */
function members({ prototype }: { readonly prototype: object }): string[] {
  return Object.getOwnPropertyNames(prototype)
    .filter((name) => name.length > 1)
    .sort();
}

test("tells errors as the source does", () => {
  const connect = (): unknown => bundle.connect(url, { attemptDelayMs: -1 });
  expect(connect).toThrow("option attemptDelayMs must be a whole number from 0 to 60000");
  expect(connect).toThrow(bundle.WirewayError);
  const error = new bundle.WirewayError("outbox_full", { size: 12, limit: 10 });
  expect([error.name, error.code, error.fault, error.details]).toEqual([
    "WirewayError",
    "outbox_full",
    "local",
    { size: 12, limit: 10 },
  ]);
});

test.each(["bundle", "source"] as const)(
  "calls listeners, all of an event, once, and until they are off: %s",
  async (name) => {
    const client = name === "bundle" ? bundle : source;
    const socket = client.connect(url, { transports: [client.polling()], forceNew: true });
    const heard: unknown[] = [];
    const twice = (...args: unknown[]): void => void heard.push("twice", ...args);
    socket.on("said", twice);
    socket.on("said", twice);
    socket.once("said", (...args) => void heard.push("once", ...args));
    socket.onAny((...args) => void heard.push("any", ...args));
    await socket.emitWithAck("say", "said", 1, 2, 3, 4, 5);
    expect(heard).toEqual(
      [["any", "said"], ["twice"], ["twice"], ["once"]].flatMap((head) => [...head, 1, 2, 3, 4, 5]),
    );
    heard.length = 0;
    socket.offAny();
    await socket.emitWithAck("say", "said");
    socket.off("said", twice);
    await socket.emitWithAck("say", "said");
    await socket.emitWithAck("say", "constructor", "__proto__");
    expect(heard).toEqual(["twice", "twice"]);
    await socket.close();
  },
);

// There is no EventSource in Node for the fourth.
describe.each(["webSocket", "streaming", "polling"] as const)("over %s", (transport) => {
  test("carries text and binary both ways, and says how it ended", async () => {
    const socket = bundle.connect(url, {
      transports: [bundle[transport]()],
      forceNew: true,
      WebSocket: WebSocket as unknown as NonNullable<source.ConnectOptions["WebSocket"]>,
    });
    const args = ["é", { nested: [new Uint8Array([0, 1, 255])] }];
    expect(await socket.emitWithAck("echo", ...args)).toEqual(args);
    expect(socket.connection).toMatchObject({ transport: transport.toLowerCase(), sinceMs: expect.any(Number) });
    const ended = new Promise((resolve) => {
      socket.on("disconnect", (reason, details) => resolve([reason, details]));
    });
    socket.emit("leave");
    expect(await ended).toEqual(["closed", expect.objectContaining({ code: 3000, unconfirmed: expect.any(Array) })]);
  });
});
