// What keeps intermediaries from holding a stream: headers on every answer, and more of it when the dial says that its last
// stream was held. Looked at in bytes, because no decoder shows what it skips.

import { Agent, request as httpRequest, type IncomingMessage } from "node:http";
import { EventStreamDecoder, encodePayload, openPacket, type Packet, RecordDecoder } from "@wireway/protocol";
import { describe, expect, it, onTestFinished } from "vitest";
import { joining, nonce, post, RawClient } from "./raw-client.ts";
import { dropped, startServer } from "./test-server.ts";

const passedOn = {
  "cache-control": "no-store, no-transform",
  "x-accel-buffering": "no",
  "x-content-type-options": "nosniff",
};

type Stream = "streaming" | "sse";

interface Opened {
  readonly headers: IncomingMessage["headers"];
  /** What came until the server's first message, or what else was asked for, was whole. */
  readonly bytes: Buffer;
  readonly packets: readonly Packet[];
}

/** Dials from zero and joins; `query` goes with the request that becomes the stream. */
async function openStream(
  base: string,
  transport: Stream,
  query: string,
  packets = dial(),
  last: Packet["type"] = "message",
): Promise<Opened> {
  const url = `${base}?v=1&transport=${transport}`;
  let method = "POST";
  let target = `${url}${query}`;
  if (transport === "sse") {
    const { json } = await post(`${url}&request=ticket`, packets);
    target = `${url}&ticket=${json.ticket}${query}`;
    method = "GET";
  }
  const headers = method === "POST" ? { "content-type": "text/plain" } : {};
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const sent = httpRequest(target, { method, agent: new Agent(), headers }, resolve);
    sent.on("error", reject);
    sent.end(method === "POST" ? encodePayload(packets) : undefined);
    onTestFinished(() => void sent.destroy());
  });
  // As small as a client's may be made.
  const decoder = transport === "sse" ? new EventStreamDecoder(1_024) : new RecordDecoder(4_096);
  const chunks: Buffer[] = [];
  const heard: Packet[] = [];
  await new Promise<void>((resolve) => {
    response.on("data", (chunk: Buffer) => {
      chunks.push(chunk);
      heard.push(...decoder.push(chunk));
      if (heard.some(({ type }) => type === last || type === "close")) resolve();
    });
  });
  return { headers: response.headers, bytes: Buffer.concat(chunks), packets: heard };
}

function dial(): Packet[] {
  return [openPacket({ nonce: nonce(), received: 0, first: 1 }), joining];
}

const types = { streaming: "application/octet-stream", sse: "text/event-stream; charset=utf-8" };

describe.each(["streaming", "sse"] as const)("%s", (transport) => {
  it("says that it may not be kept, changed, held or guessed at", async () => {
    const { base } = await startServer();
    const { headers, bytes } = await openStream(base, transport, "");
    expect(headers).toMatchObject({ ...passedOn, "content-type": types[transport] });
    expect(headers).not.toHaveProperty("content-encoding");
    expect(bytes.length).toBeLessThan(1_024);
  });

  it("calls itself not encoded when the last stream was held", async () => {
    const { base } = await startServer();
    const { headers, bytes } = await openStream(base, transport, "&hold=1");
    expect(headers).toMatchObject({ ...passedOn, "content-type": types[transport], "content-encoding": "identity" });
    expect(bytes.length).toBeLessThan(1_024);
  });

  it("begins with 2 KB that say nothing when that did not help", async () => {
    const { base } = await startServer({ pingIntervalMs: 100 });
    const { headers, bytes, packets } = await openStream(base, transport, "&hold=2", dial(), "ping");
    expect(headers).toMatchObject({ ...passedOn, "content-encoding": "identity" });
    const blank = transport === "sse" ? /^(?::[ ]*\n){32}\n(?=data: 0\{)/ : /\} {2048}/;
    const skipped = blank.exec(bytes.toString("latin1"))?.[0] ?? "";
    expect(skipped.length).toBe(2_049);
    // What comes behind, at once and later, is not padded again.
    expect(bytes.length).toBeLessThan(2_049 + 1_024);
    expect(packets.map(({ type }) => type)).toEqual(["open", "message", "ping"]);
    expect(JSON.parse(packets[0]?.data as string)).toMatchObject({ received: 1, epoch: 1, first: 1 });
  });

  it("pads a refusal too", async () => {
    const { base } = await startServer();
    const unknown = [openPacket({ token: "token-000000000000000001", received: 0 })];
    const { bytes, packets } = await openStream(base, transport, "&hold=2", unknown);
    expect(bytes.length).toBeGreaterThan(2_048);
    expect(packets.map(({ type }) => type)).toEqual(["close"]);
    expect(JSON.parse(packets[0]?.data as string)).toMatchObject({ reason: "unknown_session" });
  });

  it.each(["__proto__", "constructor", "", "0", "3", "01", "1.0", "-1", "2%20", "%32%00", "1,2", "9".repeat(1_000)])(
    "takes hold=%s for none",
    async (hold) => {
      const { base } = await startServer();
      const { headers, bytes, packets } = await openStream(base, transport, `&hold=${hold}`);
      expect(headers).not.toHaveProperty("content-encoding");
      expect(bytes.length).toBeLessThan(1_024);
      expect(packets[0]?.type).toBe("open");
    },
  );

  it("goes by the first of several", async () => {
    const { base } = await startServer();
    const { headers, bytes } = await openStream(base, transport, "&hold=1&hold=2&hold=__proto__");
    expect(headers).toHaveProperty("content-encoding", "identity");
    expect(bytes.length).toBeLessThan(1_024);
  });
});

it("says the same on dials, polls and sends", async () => {
  const { base } = await startServer();
  const answer = await post(`${base}?v=1&transport=polling&hold=2`, dial());
  const client = dropped(await RawClient.join(base, "polling"));
  const open = (): Packet => openPacket({ token: client.token, received: 1, epoch: 1, first: 2 });
  const poll = await post(client.url({ request: "poll", hold: "2" }), [open()]);
  const send = await post(client.url({ request: "send", hold: "1" }), [open()]);
  for (const { status, headers, text } of [answer, poll, send]) {
    expect(status).toBe(200);
    expect(headers).toMatchObject({ ...passedOn, "content-type": "text/plain; charset=utf-8" });
    // An answer that ends is not held: nothing has to be done about it.
    expect(headers).not.toHaveProperty("content-encoding");
    expect(text.length).toBeLessThan(1_024);
  }
});
