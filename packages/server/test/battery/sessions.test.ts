// Whose session it is: guessed, invented, stolen, replayed and worn out names. What does not know the secret gets the answer
// that everybody gets who knows nothing, over every transport and every kind of request.
// Source: CVE-2017-16031 (predictable ids); OWASP on session fixation; XEP-0198 on counts.

import { type CloseReason, closeCodes, openPacket, type Packet, type ServerOpen } from "@wireway/protocol";
import { describe, expect, it } from "vitest";
import { allTransports, event, fetchRaw, joining, nonce, post, RawClient, type TransportName } from "../raw-client.ts";
import { dropped } from "../test-server.ts";
import { Arena } from "./arena.ts";

/** A dial with a token, and what it is told. */
async function dialWith(base: string, transport: TransportName, token: string): Promise<Packet> {
  const client = dropped(new RawClient(base, transport));
  await client.open({ token, behind: [joining] });
  return client.hearAny();
}

function codeOf(packet: Packet | undefined): CloseReason | undefined {
  if (packet?.type !== "close") return undefined;
  const { code } = JSON.parse(packet.data) as { code: number };
  return Object.entries(closeCodes).find(([, kind]) => kind.code === code)?.[0] as CloseReason;
}

describe.each(allTransports)("over %s", (transport) => {
  it("a guessed token is unknown, however near it is", async () => {
    const arena = await Arena.open();
    const victim = dropped(await RawClient.join(arena.base, "websocket"));
    const { token } = victim;
    const { id = "" } = victim.answer;
    const flip = (text: string, index: number): string =>
      text.slice(0, index) + (text[index] === "A" ? "B" : "A") + text.slice(index + 1);
    const guesses = [
      id,
      flip(token, 0),
      flip(token, token.length - 1),
      token.slice(0, -1),
      `${token}A`,
      token.toLowerCase(),
    ];
    const answers = await arena.underFire(async () => {
      const answers: (CloseReason | undefined)[] = [];
      for (const guess of guesses) answers.push(codeOf(await dialWith(arena.base, transport, guess)));
      return answers;
    });
    expect(answers).toEqual(guesses.map(() => "unknown_session"));
    await victim.say(event("echo", "mine"));
    expect(await victim.hearEvent()).toEqual(["echo", "mine"]);
  });

  it("a token of one's own invention begins no session", async () => {
    const arena = await Arena.open();
    const fixed = "a-token-that-the-attacker-knows";
    const answer = await arena.underFire(() => dialWith(arena.base, transport, fixed));
    expect(codeOf(answer)).toBe("unknown_session");
    // Nor does it with a nonce of the same name: the token is the server's to choose.
    const client = dropped(await RawClient.dial(arena.base, transport, { nonce: fixed, behind: [joining] }));
    expect(client.token).not.toContain(fixed);
    expect(codeOf(await dialWith(arena.base, transport, fixed))).toBe("unknown_session");
  });

  it("an ended session's names open nothing again", async () => {
    const arena = await Arena.open();
    const used = nonce();
    const client = dropped(await RawClient.dial(arena.base, transport, { nonce: used, behind: [joining] }));
    client.next = 2;
    await client.move();
    await client.leave();
    expect(codeOf(await dialWith(arena.base, transport, client.token))).toBe("closed");
    const again = dropped(new RawClient(arena.base, transport));
    await again.open({ nonce: used, behind: [joining] });
    expect(codeOf(await again.hearAny())).toBe("unknown_session");
    expect(arena.wireway.sockets.size).toBe(1);
  });

  it("names that are no names are refused before they are looked up", async () => {
    const arena = await Arena.open();
    const names = [
      "__proto__",
      "constructor",
      "",
      "short",
      "x".repeat(65),
      "x".repeat(10_000),
      "a b".padEnd(22, "c"),
      "é".repeat(22),
    ];
    await arena.underFire(async () => {
      for (const name of names) {
        for (const open of [
          { token: name, received: 0 },
          { nonce: name, received: 0, first: 1 },
        ]) {
          if (transport === "websocket") {
            const client = dropped(new RawClient(arena.base, "websocket"));
            await client.open({ token: name });
            expect((await client.closed).code).toBe(closeCodes.malformed.code);
            continue;
          }
          const query = transport === "sse" ? "&request=ticket" : "";
          const answer = await post(`${arena.base}?v=1&transport=${transport}${query}`, [openPacket(open)]);
          expect([answer.status, answer.json.code]).toEqual([400, "malformed_open"]);
        }
      }
    });
  });

  it("what is not a name at all is refused", async () => {
    const arena = await Arena.open();
    const values = ["null", "1", "[]", "{}", '["a"]', '{"length":22,"toString":1}', "true"];
    await arena.underFire(async () => {
      for (const value of values) {
        const body = `0{"token":${value}}`;
        if (transport === "websocket") {
          const client = dropped(await RawClient.dial(arena.base, "websocket"));
          await client.sayRaw(body);
          expect(codeOf(await client.hear("close"))).toBe("protocol_error");
          continue;
        }
        const query = transport === "sse" ? "&request=ticket" : "";
        const answer = await fetchRaw(`${arena.base}?v=1&transport=${transport}${query}`, { body });
        expect([answer.status, answer.json.code]).toEqual([400, "malformed_open"]);
      }
    });
  });

  it("nothing secret is said where it may be written down", async () => {
    const arena = await Arena.open();
    const client = dropped(await RawClient.join(arena.base, transport));
    const [, socket] = [...arena.wireway.sockets.values()];
    const told = JSON.stringify([socket?.handshake, socket?.id, socket?.namespace, [...(socket?.rooms ?? [])]]);
    expect(told).not.toContain(client.token);
    expect(client.url()).not.toContain(client.token);
  });
});

describe.each(allTransports)("a stolen token over %s", (transport) => {
  it("is worth nothing without its owner's cookie", async () => {
    const arena = await Arena.open({
      // Whoever shows no cookie is somebody too, such as the bystander.
      authenticate: ({ headers }) => ({ user: headers.cookie ?? "a guest" }),
    });
    const own = { origin: new URL(arena.base).origin };
    const headers = { ...own, cookie: "sid=victim" };
    const victim = dropped(new RawClient(arena.base, transport));
    victim.requestHeaders = headers;
    await victim.open({ behind: [joining], headers });
    const { token = "", epoch = 0 } = JSON.parse((await victim.hear("open")).data as string) as ServerOpen;
    Object.assign(victim, { token, epoch, next: 2 });
    await victim.move();
    expect((await victim.hearMessage()).type).toBe("connect");
    const thieves = [{}, { ...own, cookie: "sid=thief" }, { ...own, authorization: "Bearer thief" }];
    const goodbye: Packet = { type: "close", data: '{"code":3000}' };
    const answers = await arena.underFire(async () => {
      const answers: (CloseReason | undefined)[] = [];
      for (const headers of thieves) {
        const thief = dropped(new RawClient(arena.base, transport));
        thief.requestHeaders = headers;
        await thief.open({ token, behind: [event("echo", "stolen"), goodbye], headers });
        answers.push(codeOf(await thief.hearAny()));
        if (transport === "websocket") continue;
        for (const request of transport === "polling" ? ["send", "poll"] : ["send"]) {
          const open = openPacket({ token, received: 1, epoch, first: 2 });
          const { packets } = await post(victim.url({ request }), [open, event("echo", "stolen"), goodbye], headers);
          answers.push(codeOf(packets[0]));
        }
      }
      return answers;
    });
    expect(new Set(answers)).toEqual(new Set(["unknown_session"]));
    await victim.say(event("echo", "mine"));
    expect(await victim.hearEvent()).toEqual(["echo", "mine"]);
  });
});

const http = ["streaming", "sse", "polling"] as const;

describe.each(http)("a POST of somebody else's, over %s", (transport) => {
  it("says nothing in the session's name without the token", async () => {
    const arena = await Arena.open();
    const victim = dropped(await RawClient.join(arena.base, transport));
    const { id = "" } = victim.answer;
    const attempts = [{ token: id }, { token: nonce() }, { nonce: id }, {}];
    const answers = await arena.underFire(async () => {
      const answers: (number | string | undefined)[] = [];
      for (const name of attempts) {
        const open = openPacket({ ...name, received: 1, epoch: victim.epoch, first: 2 });
        const answer = await post(victim.url({ request: "send" }), [open, event("echo", "stolen")]);
        answers.push(answer.status === 200 ? codeOf(answer.packets[0]) : answer.status);
      }
      return answers;
    });
    expect(answers).toEqual(["unknown_session", "unknown_session", 400, "unknown_session"]);
    await victim.say(event("echo", "mine"));
    expect(await victim.hearEvent()).toEqual(["echo", "mine"]);
  });

  it("that is sent again and again is heard once", async () => {
    const arena = await Arena.open();
    const heard: unknown[] = [];
    arena.wireway.on("connection", (socket) => void socket.on("once", (value: unknown) => void heard.push(value)));
    await arena.underFire(async () => {
      const client = dropped(await RawClient.join(arena.base, transport));
      const open = openPacket({ token: client.token, received: 1, epoch: client.epoch, first: 2 });
      const packets = [open, event("once", 1), event("once", 2)];
      for (let count = 0; count < 20; count++)
        expect((await post(client.url({ request: "send" }), packets)).status).toBe(200);
      // In an old connection's name too.
      const old = openPacket({ token: client.token, received: 0, epoch: 999, first: 1 });
      await post(client.url({ request: "send" }), [old, joining, event("once", 1), event("once", 2)]);
    });
    expect(heard).toEqual([1, 2]);
  });
});

it("1,000 guesses end nowhere, and are answered alike", async () => {
  const arena = await Arena.open();
  const url = `${arena.base}?v=1&transport=polling&request=send`;
  const guess = (): string => Buffer.from(crypto.getRandomValues(new Uint8Array(24))).toString("base64url");
  const answers = await arena.underFire(async () => {
    const answers = new Set<string>();
    for (let round = 0; round < 50; round++) {
      const guesses = Array.from({ length: 20 }, async () => {
        return (await post(url, [openPacket({ token: guess(), received: 0, epoch: 1, first: 1 })])).text;
      });
      for (const text of await Promise.all(guesses)) answers.add(text);
    }
    return answers;
  });
  expect(answers).toEqual(new Set(['1{"code":3002,"reason":"unknown_session"}']));
});

it("an event stream's ticket is unknown once it was shown, and to everybody who guesses", async () => {
  const arena = await Arena.open();
  const url = `${arena.base}?v=1&transport=sse`;
  const { json } = await post(`${url}&request=ticket`, [
    openPacket({ nonce: nonce(), received: 0, first: 1 }),
    joining,
  ]);
  const { ticket = "" } = json;
  const show = async (shown: string): Promise<number> =>
    (await fetchRaw(`${url}&ticket=${encodeURIComponent(shown)}`, { method: "GET" })).status;
  const guesses = await arena.underFire(() =>
    Promise.all([ticket.slice(1), `${ticket}x`, ticket.toUpperCase(), ""].map(show)),
  );
  expect(guesses).toEqual([404, 404, 404, 404]);
  const stream = await fetch(`${url}&ticket=${ticket}`);
  expect(stream.status).toBe(200);
  expect(await show(ticket)).toBe(404);
  await stream.body?.cancel();
});

it("what a peer names does not break the lines of a log", async () => {
  const arena = await Arena.open();
  arena.wireway.use((socket, next) => next(socket.handshake.auth["fail"] ? new Error("no\r\nfake: line") : undefined));
  const client = dropped(
    await RawClient.dial(arena.base, "polling", { behind: [{ type: "message", data: '0{"fail":1}' }] }),
  );
  client.next = 2;
  await client.move();
  // JSON on the wire, as everything that is said.
  expect(await client.hearMessage()).toMatchObject({ type: "connect_error", data: { message: "no\r\nfake: line" } });
  expect(arena.errors).toEqual([]);
});
