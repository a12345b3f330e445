// What every transport has to do, over real sockets and with a client that speaks the wire by hand.

import { closeCodes, type ServerOpen } from "@wireway/protocol";
import type { Socket } from "@wireway/server";
import { describe, expect, it } from "vitest";
import { allTransports, event, joining, nonce, RawClient, said } from "./raw-client.ts";
import { dropped, next, startServer } from "./test-server.ts";

describe.each(allTransports)("%s", (transport) => {
  it("answers a dial from zero with id, token, epoch and terms", async () => {
    const { base } = await startServer({ pingIntervalMs: 20_000 });
    const { answer } = dropped(await RawClient.dial(base, transport));
    expect(answer).toMatchObject({ received: 0, epoch: 1, first: 1, terms: { pingIntervalMs: 20_000 } });
    expect(answer.id).toMatch(/^[\w-]{22}$/);
    expect(answer.token).toMatch(/^[\w-]{32}$/);
  });

  it("admits a client that joins in its first flight", async () => {
    const { base, wireway } = await startServer();
    const connected = next<[Socket]>((listener) => wireway.on("connection", listener));
    const client = dropped(await RawClient.dial(base, transport, { behind: [joining] }));
    client.next = 2;
    await client.move();
    const [socket] = await connected;
    expect(await client.hearMessage()).toEqual({ type: "connect", namespace: "/", data: { sid: socket.id } });
    expect(socket.connected).toBe(true);
  });

  it("brings messages both ways, in order, and names the transport", async () => {
    const { base, wireway } = await startServer();
    wireway.on("connection", (socket) => {
      socket.on("say", (number: number) => {
        socket.emit("heard", number, "größer ✓ 🚀", socket.connection?.transport ?? "none");
      });
    });
    const client = dropped(await RawClient.join(base, transport));
    for (let number = 1; number <= 50; number++) await client.say(event("say", number));
    for (let number = 1; number <= 50; number++) {
      expect(await client.hearEvent()).toEqual(["heard", number, "größer ✓ 🚀", transport]);
    }
  });

  it("carries binary arguments at any depth, and a message of a megabyte", async () => {
    const { base, wireway } = await startServer();
    wireway.on("connection", (socket) => {
      socket.on("echo", (...args: unknown[]) => void socket.emit("echo", ...args));
    });
    const client = dropped(await RawClient.join(base, transport));
    const bytes = new Uint8Array(70_000).map((_, index) => index);
    await client.say(event("echo", { deep: [bytes, "\0text"] }), event("echo", "x".repeat(1_048_576)));
    const [, first] = await client.hearEvent();
    expect(first).toEqual({ deep: [bytes, "\0text"] });
    const [, second] = await client.hearEvent();
    expect((second as string).length).toBe(1_048_576);
  });

  it("acknowledges with what the handler returns, and asks for acknowledgements itself", async () => {
    const { base, wireway } = await startServer();
    const connected = next<[Socket]>((listener) => wireway.on("connection", listener));
    wireway.on("connection", (socket) => socket.on("double", async (number: number) => number * 2));
    const client = dropped(await RawClient.join(base, transport));
    const [socket] = await connected;
    await client.say(said({ type: "event", namespace: "/", id: 7, args: ["double", 21] }));
    expect(await client.hearMessage()).toEqual({ type: "ack", namespace: "/", id: 7, args: [42] });
    const answer = socket.emitWithAck("question", "why");
    expect(await client.hearMessage()).toEqual({ type: "event", namespace: "/", id: 0, args: ["question", "why"] });
    await client.say(said({ type: "ack", namespace: "/", id: 0, args: ["because"] }));
    expect(await answer).toBe("because");
  });

  it("answers a ping with a pong that counts", async () => {
    const { base } = await startServer();
    const client = dropped(await RawClient.join(base, transport));
    await client.say(event("one"), { type: "ping", data: String(client.received) });
    expect(await client.hear("pong")).toEqual({ type: "pong", data: "2" });
  });

  it("resumes by token and sends again what was not confirmed", async () => {
    const { base, wireway } = await startServer();
    const connected = next<[Socket]>((listener) => wireway.on("connection", listener));
    const heard: unknown[] = [];
    wireway.on("connection", (socket) => socket.on("say", (number: number) => void heard.push(number)));
    const client = await RawClient.join(base, transport);
    const [socket] = await connected;
    await client.say(event("say", 1));
    socket.emit("one");
    socket.emit("two");
    await client.hearEvent();
    client.drop();
    socket.emit("three");

    // It tells of one message only, and repeats its own.
    const parts = { token: client.token, received: 1, first: 2, behind: [event("say", 1), event("say", 2)] };
    const again = dropped(await RawClient.dial(base, transport, parts));
    expect(again.answer).toMatchObject({ received: 3, epoch: 2 });
    again.next = 4;
    await again.move();
    expect(await again.hearEvent()).toEqual(["one"]);
    expect(await again.hearEvent()).toEqual(["two"]);
    expect(await again.hearEvent()).toEqual(["three"]);
    expect(heard).toEqual([1, 2]);
    expect(socket.connected).toBe(true);
  });

  it("moves the session only when the client moves", async () => {
    const { base, wireway } = await startServer();
    const connected = next<[Socket]>((listener) => wireway.on("connection", listener));
    const first = dropped(await RawClient.join(base, "websocket"));
    const [socket] = await connected;
    const second = dropped(await RawClient.dial(base, transport, { token: first.token, received: 1, first: null }));
    expect(second.answer.first).toBeUndefined();
    expect(socket.connection?.transport).toBe("websocket");
    second.next = 2;
    second.received = 1;
    await second.move(event("moved"));
    if (transport === "polling") await second.poll();
    expect((await first.closed).code).toBe(closeCodes.superseded.code);
    expect(socket.connection?.transport).toBe(transport);
  });

  it("meets dials with the same nonce in the same session", async () => {
    const { base } = await startServer();
    const name = nonce();
    const first = dropped(await RawClient.dial(base, transport, { nonce: name }));
    const second = dropped(await RawClient.dial(base, transport, { nonce: name }));
    expect(second.answer.id).toBe(first.answer.id);
    expect(second.answer.epoch).toBe(2);
  });

  it("tells a client why the application ended the session, also when it comes back later", async () => {
    const { base, wireway } = await startServer();
    wireway.on("connection", (socket) => socket.on("enough", () => void socket.disconnect(true)));
    const client = dropped(await RawClient.join(base, transport));
    await client.say(event("enough"));
    expect(JSON.parse((await client.hear("close")).data as string)).toMatchObject({ code: closeCodes.closed.code });
    const late = dropped(new RawClient(base, transport));
    await late.open({ token: client.token, received: 0 });
    expect(JSON.parse((await late.hear("close")).data as string)).toMatchObject({ code: closeCodes.closed.code });
  });

  it("brings what was emitted right before the application ended the session", async () => {
    const { base, wireway } = await startServer();
    wireway.on("connection", (socket) =>
      socket.on("enough", () => {
        socket.emit("bye", 1);
        socket.disconnect(true);
      }),
    );
    const client = dropped(await RawClient.join(base, transport));
    await client.say(event("enough"));
    expect(await client.hearEvent()).toEqual(["bye", 1]);
  });

  it("tells a client with an unknown token so", async () => {
    const { base } = await startServer();
    const client = dropped(new RawClient(base, transport));
    await client.open({ token: "unknown-unknown-unknown" });
    const close = JSON.parse((await client.hear("close")).data as string) as { code: number };
    expect(close.code).toBe(closeCodes.unknown_session.code);
    if (transport === "websocket") expect((await client.closed).code).toBe(closeCodes.unknown_session.code);
  });

  it("ends a session whose client confirms what was not sent", async () => {
    const { base, wireway } = await startServer();
    const connected = next<[Socket]>((listener) => wireway.on("connection", listener));
    const client = dropped(await RawClient.join(base, transport));
    const [socket] = await connected;
    const disconnected = next<[string]>((listener) => socket.on("disconnect", listener));
    client.received = 1_000;
    const answer = await client.say({ type: "noop", data: "1000" });
    expect((await disconnected)[0]).toBe("protocol_error");
    const close = answer.find(({ type }) => type === "close") ?? (await client.hear("close"));
    expect(JSON.parse(close.data as string)).toMatchObject({ code: closeCodes.protocol_error.code });
  });

  it("ends with the client's close packet", async () => {
    const { base, wireway } = await startServer();
    const connected = next<[Socket]>((listener) => wireway.on("connection", listener));
    const client = dropped(await RawClient.join(base, transport));
    const [socket] = await connected;
    const disconnected = next<[string, { code: number }]>((listener) => socket.on("disconnect", listener));
    await client.leave();
    const [reason, { code }] = await disconnected;
    expect([reason, code]).toEqual(["closed", 3000]);
    expect(wireway.sockets.size).toBe(0);
  });

  it("keeps __proto__ an ordinary name of events, rooms and auth", async () => {
    const { base, wireway } = await startServer();
    const connected = next<[Socket]>((listener) => wireway.on("connection", listener));
    wireway.on("connection", (socket) => {
      socket.join("__proto__");
      socket.on("__proto__", (value: unknown) => void wireway.to("__proto__").emit("__proto__", value));
    });
    const auth = JSON.parse('{"__proto__":{"admin":true}}') as Record<string, unknown>;
    const behind = [said({ type: "connect", namespace: "/", data: auth })];
    const client = dropped(await RawClient.dial(base, transport, { behind }));
    client.next = 2;
    await client.move();
    await client.hearMessage();
    const [socket] = await connected;
    expect((socket.handshake.auth as { admin?: boolean }).admin).toBeUndefined();
    await client.say(said({ type: "event", namespace: "/", args: ["__proto__", { constructor: 1 }] }));
    expect(await client.hearEvent()).toEqual(["__proto__", { constructor: 1 }]);
    await client.say(event("constructor"), event("toString"), event("hasOwnProperty"));
    await client.say(event("__proto__", 2));
    expect(await client.hearEvent()).toEqual(["__proto__", 2]);
  });

  it("closes a session for an event in a namespace that it did not join", async () => {
    const { base } = await startServer();
    const client = dropped(await RawClient.join(base, transport));
    const answer = await client.say(said({ type: "event", namespace: "/__proto__", args: ["hello"] }));
    const close = answer.find(({ type }) => type === "close") ?? (await client.hear("close"));
    expect(JSON.parse(close.data as string)).toMatchObject({ code: closeCodes.protocol_error.code });
  });

  it.each([["no envelope"], ['2["disconnect"]'], ["2{}"], ["4{}"], ["0[]"], [""]])(
    "closes a session for the message %j",
    async (message) => {
      const { base } = await startServer();
      const client = dropped(await RawClient.join(base, transport));
      const answer = await client.say({ type: "message", data: message });
      const close = answer.find(({ type }) => type === "close") ?? (await client.hear("close"));
      expect(JSON.parse(close.data as string)).toMatchObject({ code: closeCodes.protocol_error.code });
    },
  );

  it("closes a session for a message over maxMessageBytes", async () => {
    const { base } = await startServer({ maxMessageBytes: 2_000 });
    const client = dropped(await RawClient.join(base, transport));
    const answer = await client.say(event("long", "x".repeat(2_000)));
    const close = answer.find(({ type }) => type === "close") ?? (await client.hear("close"));
    expect(JSON.parse(close.data as string)).toMatchObject({ code: closeCodes.message_too_large.code });
  });

  it("pings a quiet connection and drops one that stays silent, but not its session", async () => {
    const { base, wireway } = await startServer({ pingIntervalMs: 100, pingTimeoutMs: 400 });
    const connected = next<[Socket]>((listener) => wireway.on("connection", listener));
    const client = dropped(await RawClient.join(base, transport));
    const [socket] = await connected;
    if (transport === "polling") await client.poll();
    else {
      await client.hear("ping");
      const { code } = await client.closed;
      expect(code).toBe(transport === "websocket" ? closeCodes.silent.code : 0);
    }
    await new Promise<void>((resolve) => {
      const look = (): void => void (socket.connection ? setImmediate(look) : resolve());
      look();
    });
    expect(socket.connected).toBe(true);
    const again = dropped(await RawClient.dial(base, transport, { token: client.token, received: 1, first: 2 }));
    expect((again.answer satisfies ServerOpen).epoch).toBe(2);
  });
});
