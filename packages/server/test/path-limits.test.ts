// What a client asks for because its path is narrow: smaller bodies, earlier pings. Neither may cost it its session, nor the
// server more than it grants.

import { encodePayload, openPacket, type Packet } from "@wireway/protocol";
import type { Socket } from "@wireway/server";
import { describe, expect, it } from "vitest";
import { allTransports, event, fetchRaw, joining, nonce, post, RawClient } from "./raw-client.ts";
import { dropped, next, startServer } from "./test-server.ts";

describe.each(["streaming", "sse", "polling"] as const)("a body over maxBodyBytes, %s", (transport) => {
  it.each(["with its length", "in chunks"])("is refused %s, and the session lives on", async (how) => {
    const { base, wireway } = await startServer({ maxMessageBytes: 1_024, maxBodyBytes: 4_096 });
    const heard: unknown[] = [];
    const connected = next<[Socket]>((listener) => wireway.once("connection", listener));
    wireway.on("connection", (one) => one.on("say", (value: unknown) => void heard.push(value)));
    const client = dropped(await RawClient.join(base, transport));
    const [socket] = await connected;
    const open = openPacket({ token: client.token, received: 1, epoch: 1, first: 2 });
    const many = Array.from({ length: 8 }, (_, number) => event("say", `${number}${"x".repeat(600)}`));
    const body = encodePayload([open, ...many]);
    const url = client.url({ request: "send" });
    const answer =
      how === "in chunks"
        ? await fetchRaw(url, {
            write: (request) => {
              request.setHeader("transfer-encoding", "chunked");
              request.write(body.slice(0, 3_000));
              request.end(body.slice(3_000));
            },
          })
        : await fetchRaw(url, { body });
    expect([answer.status, answer.headers["content-type"]]).toEqual([413, "application/json; charset=utf-8"]);
    expect(answer.json).toEqual({ code: "body_too_large", message: "body is larger than 4096 bytes" });
    expect([heard, socket.connected]).toEqual([[], true]);
    // The same in smaller bodies.
    for (let start = 0; start < many.length; start += 4) await client.say(...many.slice(start, start + 4));
    expect(heard.length).toBe(8);
  });
});

describe.each(allTransports)("a wish for earlier pings, %s", (transport) => {
  it("beyond what the server keeps to changes nothing", async () => {
    const { base } = await startServer({ pingIntervalMs: 200 });
    const wish = Number.MAX_SAFE_INTEGER;
    const client = dropped(await RawClient.dial(base, transport, { behind: [joining], pingIntervalMs: wish }));
    client.next = 2;
    await client.move();
    await client.hear(transport === "polling" ? "noop" : "ping");
    if (transport === "polling") await client.hear("noop");
  });

  it("is heard, but not down to a flood", async () => {
    const { base } = await startServer({ pingIntervalMs: 3_600_000 });
    const before = performance.now();
    const client = dropped(await RawClient.dial(base, transport, { behind: [joining], pingIntervalMs: 1 }));
    client.next = 2;
    await client.move();
    // The first poll is answered at once: it proves the way.
    if (transport === "polling") await client.hear("noop");
    await client.hear(transport === "polling" ? "noop" : "ping");
    expect(performance.now() - before).toBeGreaterThan(900);
  });
});

it.each(["0", "-1", "0.5", "1e999", '"5000"', "null", "{}", '"__proto__"', "9007199254740992"])(
  "takes a wish of %s for no open",
  async (wish) => {
    const { base } = await startServer();
    const open = `{"nonce":"${nonce()}","received":0,"first":1,"pingIntervalMs":${wish}}`;
    const dial: Packet = { type: "open", data: open };
    const answer = await post(`${base}?v=1&transport=polling`, [dial, joining]);
    expect([answer.status, answer.json.code]).toEqual([400, "malformed_open"]);
  },
);
