// What makes HTTP safe to lose, double and delay: polls are cursor reads, posts are idempotent appends, and every answer
// tells the health of the connection that it belongs to.

import { closeCodes, encodePayload, openPacket, type Packet, type ServerOpen } from "@wireway/protocol";
import type { Server, Socket } from "@wireway/server";
import { describe, expect, it } from "vitest";
import { event, fetchRaw, post, RawClient } from "./raw-client.ts";
import { dropped, next, startServer } from "./test-server.ts";

function opened(packets: readonly Packet[]): ServerOpen {
  expect(packets[0]?.type).toBe("open");
  return JSON.parse(packets[0]?.data as string) as ServerOpen;
}

function recorder(wireway: Server): unknown[] {
  const heard: unknown[] = [];
  wireway.on("connection", (socket) => socket.on("say", (number: number) => void heard.push(number)));
  return heard;
}

describe.each(["streaming", "sse", "polling"] as const)("%s", (transport) => {
  it("drops a POST that is said twice", async () => {
    const { base, wireway } = await startServer();
    const heard = recorder(wireway);
    const client = dropped(await RawClient.join(base, transport));
    const open = openPacket({ token: client.token, received: 1, epoch: 1, first: 2 });
    const body = [open, event("say", 1), event("say", 2)];
    for (let time = 0; time < 3; time++) {
      const { packets } = await post(client.url({ request: "send" }), body);
      expect(opened(packets)).toMatchObject({ received: 3, epoch: 1 });
    }
    expect(heard).toEqual([1, 2]);
  });

  it("answers a POST that overtook another with what it expects", async () => {
    const { base, wireway } = await startServer();
    const heard = recorder(wireway);
    const client = dropped(await RawClient.join(base, transport));
    const name = { token: client.token, received: 1, epoch: 1 };
    const late = await post(client.url({ request: "send" }), [openPacket({ ...name, first: 3 }), event("say", 2)]);
    expect(opened(late.packets)).toMatchObject({ received: 1 });
    expect(heard).toEqual([]);
    await post(client.url({ request: "send" }), [openPacket({ ...name, first: 2 }), event("say", 1), event("say", 2)]);
    expect(heard).toEqual([1, 2]);
  });

  it("tells a POST for a connection that is gone so, and takes its messages", async () => {
    const { base, wireway } = await startServer();
    const heard = recorder(wireway);
    const client = dropped(await RawClient.join(base, transport));
    const other = dropped(await RawClient.dial(base, "websocket", { token: client.token, received: 1, first: 2 }));
    other.next = 2;
    await other.move();
    await other.say({ type: "ping", data: "1" });
    await other.hear("pong");
    const answer = opened(await client.say(event("say", 1)));
    expect(answer).toEqual({ received: 2, gone: true });
    expect(heard).toEqual([1]);
  });

  it("tells in the answer to a POST what was written down the connection", async () => {
    const { base, wireway } = await startServer();
    const connected = next<[Socket]>((listener) => wireway.on("connection", listener));
    const client = dropped(await RawClient.join(base, transport));
    const [socket] = await connected;
    socket.emit("one");
    await client.hearEvent();
    expect(opened(await client.say()).sent).toBe(2);
  });

  it("does not let one session's token reach another's messages", async () => {
    const { base, wireway } = await startServer();
    const first = dropped(await RawClient.join(base, transport));
    const second = dropped(await RawClient.join(base, transport));
    wireway.emit("secret", 1);
    const answer = await post(second.url({ request: "send" }), [
      openPacket({ token: second.token, received: 1, epoch: first.epoch + 5 }),
    ]);
    expect(opened(answer.packets)).toMatchObject({ gone: true });
    expect(answer.text).not.toContain("secret");
  });
});

describe("polling", () => {
  it("sends again what a poll's answer carried and the next poll does not confirm", async () => {
    const { base, wireway } = await startServer();
    const connected = next<[Socket]>((listener) => wireway.on("connection", listener));
    const client = await RawClient.join(base, "polling");
    const [socket] = await connected;
    socket.emit("one");
    const poll = openPacket({ token: client.token, received: 1, epoch: 1, first: 2 });
    const lost = await post(client.url({ request: "poll" }), [poll]);
    expect(lost.packets.at(-1)?.data).toBe('2["one"]');
    socket.emit("two");
    const again = await post(client.url({ request: "poll" }), [poll]);
    expect(opened(again.packets)).toMatchObject({ first: 2 });
    expect(again.packets.slice(1).map(({ data }) => data)).toEqual(expect.arrayContaining(['2["one"]', '2["two"]']));
  });

  it("answers a poll that waits when another comes, and lets that one wait", async () => {
    const { base, wireway } = await startServer();
    const connected = next<[Socket]>((listener) => wireway.on("connection", listener));
    const client = await RawClient.join(base, "polling");
    const [socket] = await connected;
    await client.poll();
    const poll = (): Promise<Packet[]> =>
      post(client.url({ request: "poll" }), [
        openPacket({ token: client.token, received: 1, epoch: 1, first: 2 }),
      ]).then(({ packets }) => packets);
    const first = poll();
    const second = first.then(() => "first");
    const third = poll();
    expect(await Promise.race([second, third.then(() => "third")])).toBe("first");
    expect(opened(await first)).toMatchObject({ received: 1, epoch: 1 });
    socket.emit("one");
    expect((await third).at(-1)?.data).toBe('2["one"]');
  });

  it("does not write into a poll whose client has gone, and keeps its connection", async () => {
    const { base, wireway } = await startServer();
    const connected = next<[Socket]>((listener) => wireway.on("connection", listener));
    const client = await RawClient.join(base, "polling");
    const [socket] = await connected;
    await client.poll();
    const abort = new AbortController();
    const body = encodePayload([openPacket({ token: client.token, received: 1, epoch: 1, first: 2 })]);
    const headers = { "content-type": "text/plain" };
    const waiting = fetch(client.url({ request: "poll" }), { method: "POST", body, headers, signal: abort.signal });
    // A send is answered behind the poll: then the poll waits.
    await client.say();
    abort.abort();
    await expect(waiting).rejects.toThrow();
    await client.say();
    socket.emit("one");
    expect(await client.hearEvent()).toEqual(["one"]);
    expect(client.epoch).toBe(1);
  });

  it("tells a poll that waits when its session has moved elsewhere", async () => {
    const { base } = await startServer();
    const client = await RawClient.join(base, "polling");
    await client.poll();
    const waiting = client.poll();
    await client.say();
    const other = dropped(await RawClient.dial(base, "websocket", { token: client.token, received: 1, first: 2 }));
    other.next = 2;
    await other.move();
    expect(opened(await waiting)).toMatchObject({ gone: true });
  });

  it("does not hold a poll for longer than the ping interval", async () => {
    const { base } = await startServer({ pingIntervalMs: 200 });
    const client = await RawClient.join(base, "polling");
    await client.poll();
    const packets = await client.poll();
    expect(packets.map(({ type }) => type)).toEqual(["open", "noop"]);
  });

  it("tells a poll that waits why the session ended", async () => {
    const { base, wireway } = await startServer();
    const connected = next<[Socket]>((listener) => wireway.on("connection", listener));
    const client = await RawClient.join(base, "polling");
    const [socket] = await connected;
    await client.poll();
    const waiting = client.poll();
    await client.say();
    socket.disconnect(true);
    const packets = await waiting;
    expect(packets.at(-1)?.type).toBe("close");
    expect(JSON.parse(packets.at(-1)?.data as string)).toMatchObject({ code: closeCodes.closed.code });
  });

  it("refuses to poll a connection of another kind", async () => {
    const { base } = await startServer();
    const stream = dropped(await RawClient.join(base, "streaming"));
    const answer = await fetchRaw(`${base}?v=1&transport=polling&request=poll`, {
      body: encodePayload([openPacket({ token: stream.token, received: 1, epoch: 1, first: 2 })]),
    });
    expect([answer.status, answer.json.code]).toEqual([400, "malformed_open"]);
  });

  it("forgets a dial whose client went before the answer", async () => {
    const { base, wireway } = await startServer();
    const abort = new AbortController();
    const client = new RawClient(base, "polling");
    const gone = fetch(client.url(), {
      method: "POST",
      body: "0{",
      duplex: "half",
      signal: abort.signal,
    } as RequestInit);
    abort.abort();
    await expect(gone).rejects.toThrow();
    expect(wireway.sockets.size).toBe(0);
  });
});
