// A page that leaves for good can send one more body and hear nothing back (`sendBeacon`). It holds what was not confirmed
// and a close: the session ends at once, with its messages heard first, whatever transport carried it. No ghosts linger.

import { closePacket, encodePayload, openPacket, type Packet } from "@wireway/protocol";
import type { DisconnectDetails, Server, ServerOptions, Socket } from "@wireway/server";
import { describe, expect, it } from "vitest";
import { type Answer, allTransports, event, fetchRaw, RawClient, type TransportName } from "./raw-client.ts";
import { dropped, next, startServer } from "./test-server.ts";

const page = "https://app.example";

interface Scene {
  readonly base: string;
  readonly wireway: Server;
  readonly client: RawClient;
  readonly socket: Socket;
  /** What the application heard, its end included. */
  readonly heard: unknown[];
  readonly disconnected: Promise<[string, DisconnectDetails]>;
}

async function scene(transport: TransportName, options: ServerOptions = {}): Promise<Scene> {
  const { base, wireway } = await startServer(options);
  const heard: unknown[] = [];
  const connected = next<[Socket]>((listener) => wireway.once("connection", listener));
  wireway.on("connection", (one) => {
    one.on("say", (value: unknown) => void heard.push(value));
    one.on("disconnect", (reason) => void heard.push(reason));
  });
  const client = dropped(await RawClient.join(base, transport));
  // A poll has to come before polling is the way that the session goes.
  if (transport === "polling") await client.poll();
  const [socket] = await connected;
  const disconnected = next<[string, DisconnectDetails]>((listener) => socket.on("disconnect", listener));
  return { base, wireway, client, socket, heard, disconnected };
}

/** As a browser sends it: to the one address, with the type of a text, and with the page's origin. */
function beacon(base: string, packets: readonly Packet[], origin?: string): Promise<Answer> {
  return fetchRaw(`${base}?v=1&transport=polling&request=send`, {
    body: encodePayload(packets),
    headers: { "content-type": "text/plain;charset=UTF-8", ...(origin !== undefined && { origin }) },
  });
}

function opening({ client }: Scene, parts: { first?: number; epoch?: number; received?: number } = {}): Packet {
  return openPacket({ token: client.token, received: client.received, epoch: client.epoch, ...parts });
}

describe.each(allTransports)("a session over %s", (transport) => {
  it("ends at once, and what the beacon brings is heard first", async () => {
    const at = await scene(transport);
    await beacon(at.base, [opening(at, { first: 2 }), event("say", 1), event("say", 2), closePacket("closed")]);
    const [reason, { code, unconfirmed }] = await at.disconnected;
    expect([reason, code, unconfirmed]).toEqual(["closed", 3000, []]);
    expect(at.heard).toEqual([1, 2, "closed"]);
    expect([at.socket.connected, at.wireway.sockets.size]).toEqual([false, 0]);
  });

  it("hears nothing twice that the connection had brought already", async () => {
    const at = await scene(transport);
    await at.client.say(event("say", 1));
    await beacon(at.base, [opening(at, { first: 2 }), event("say", 1), event("say", 2), closePacket("closed")]);
    await at.disconnected;
    expect(at.heard).toEqual([1, 2, "closed"]);
  });

  it("ends with nothing to say either", async () => {
    const at = await scene(transport);
    await beacon(at.base, [opening(at), closePacket("closed")]);
    expect((await at.disconnected)[0]).toBe("closed");
  });

  it("ends while it has no connection", async () => {
    const at = await scene(transport);
    if (transport !== "polling") {
      at.client.drop();
      await new Promise<void>((resolve) => {
        const look = (): void => void (at.socket.connection ? setImmediate(look) : resolve());
        look();
      });
    }
    await beacon(at.base, [opening(at, { first: 2 }), event("say", 1), closePacket("closed")]);
    await at.disconnected;
    expect(at.heard).toEqual([1, "closed"]);
  });

  it("ends by a beacon that names a connection it no longer has", async () => {
    const at = await scene(transport);
    const { token } = at.client;
    const again = dropped(await RawClient.dial(at.base, "websocket", { token, received: 1, first: 2 }));
    again.next = 2;
    await again.move();
    await again.say({ type: "ping", data: "1" });
    await again.hear("pong");
    await beacon(at.base, [opening(at, { first: 2 }), event("say", 1), closePacket("closed")]);
    await at.disconnected;
    expect(at.heard).toEqual([1, "closed"]);
  });

  it("hands back what the page did not confirm", async () => {
    const at = await scene(transport);
    at.client.pause();
    at.socket.emit("news", 1);
    await beacon(at.base, [opening(at, { received: 1 }), closePacket("closed")]);
    const [, { unconfirmed }] = await at.disconnected;
    expect(unconfirmed).toEqual([{ event: "news", args: [1] }]);
  });

  it("is over for whoever comes later", async () => {
    const at = await scene(transport);
    await beacon(at.base, [opening(at), closePacket("closed")]);
    await at.disconnected;
    const late = await beacon(at.base, [opening(at), closePacket("closed")]);
    expect(late.status).toBe(200);
    const dial = dropped(new RawClient(at.base, "websocket"));
    await dial.open({ token: at.client.token });
    expect(JSON.parse((await dial.hear("close")).data as string)).toMatchObject({ code: 3000 });
    expect(at.heard).toEqual(["closed"]);
  });

  it("lives on when the beacon comes from a page that may not be here", async () => {
    const at = await scene(transport);
    const packets = [opening(at, { first: 2 }), event("say", 1), closePacket("closed")];
    const refused = await beacon(at.base, packets, page);
    expect([refused.status, refused.json.code]).toEqual([403, "origin_not_allowed"]);
    await at.client.say(event("say", 2));
    if (transport === "websocket") {
      await at.client.say({ type: "ping", data: String(at.client.received) });
      await at.client.hear("pong");
    }
    expect([at.heard, at.socket.connected]).toEqual([[2], true]);
  });

  it("ends when that page may", async () => {
    const at = await scene(transport, { origins: [page] });
    const answer = await beacon(at.base, [opening(at), closePacket("closed")], page);
    expect(answer.headers["access-control-allow-origin"]).toBe(page);
    expect((await at.disconnected)[0]).toBe("closed");
  });

  it("lives on beside a beacon that guesses, and one that is cut short", async () => {
    const at = await scene(transport);
    const name = { token: "token-000000000000000001", received: 0, epoch: 1 };
    await beacon(at.base, [openPacket(name), closePacket("closed")]);
    const whole = encodePayload([opening(at, { first: 2 }), event("say", 1), closePacket("closed")]);
    await fetchRaw(`${at.base}?v=1&transport=polling&request=send`, {
      headers: { "content-length": String(Buffer.byteLength(whole)) },
      write: (request) => {
        request.write(whole.slice(0, -1));
        setImmediate(() => request.destroy());
      },
    }).catch(() => undefined);
    // A gap ends the reading: what comes behind messages that are missing is not believed.
    await beacon(at.base, [opening(at, { first: 9 }), event("say", 9), closePacket("closed")]);
    await at.client.say(event("say", 1));
    if (transport === "websocket") {
      await at.client.say({ type: "ping", data: String(at.client.received) });
      await at.client.hear("pong");
    }
    expect([at.heard, at.socket.connected]).toEqual([[1], true]);
  });
});
