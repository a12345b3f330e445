// Who somebody is: asked at connect and for every resume, renewed on a living session, and ended everywhere at once.

import { closeCodes, openPacket, type Packet, Refusal, type ServerOpen } from "@wireway/protocol";
import type { Authenticate, Identity, ServerOptions, Socket } from "@wireway/server";
import { describe, expect, it } from "vitest";
import { allTransports, event, joining, nonce, post, RawClient, said, type TransportName, text } from "./raw-client.ts";
import { dropped, next, startServer, type TestServer } from "./test-server.ts";

interface Asked {
  readonly cookie: string | undefined;
  readonly auth: Readonly<Record<string, unknown>>;
}

interface Scene extends TestServer {
  /** Each time that it was asked. */
  readonly asked: Asked[];
  readonly sockets: Socket[];
  readonly errors: unknown[];
  readonly ends: string[];
}

/** Believes the cookie `user=…`, or the auth's `user`. */
const byCookie: Authenticate = ({ headers }, { user }) => {
  const name = headers.cookie?.replace("user=", "") ?? user;
  if (typeof name !== "string" || name === "nobody") throw new Refusal("unknown_user", { message: "who are you?" });
  return { user: name };
};

async function scene(authenticate: Authenticate = byCookie, options: ServerOptions = {}): Promise<Scene> {
  const asked: Asked[] = [];
  const server = await startServer({
    cookiesWithoutOrigin: true,
    ...options,
    authenticate: (handshake, auth) => {
      asked.push({ cookie: handshake.headers.cookie, auth });
      return authenticate(handshake, auth);
    },
  });
  const sockets: Socket[] = [];
  const errors: unknown[] = [];
  const ends: string[] = [];
  server.wireway.on("error", (error) => errors.push(error));
  server.wireway.on("connection", (socket) => {
    sockets.push(socket);
    socket.on("echo", (value: unknown) => void socket.emit("echo", value));
    socket.on("disconnect", (reason) => ends.push(reason));
  });
  return { ...server, asked, sockets, errors, ends };
}

const ann = { cookie: "user=ann" };
const bob = { cookie: "user=bob" };

/** A client that was let in. */
async function joined(
  base: string,
  transport: TransportName,
  headers: Record<string, string> = ann,
): Promise<RawClient> {
  const client = dropped(new RawClient(base, transport));
  sign(client, headers);
  await client.open({ behind: [joining], headers });
  client.answer = JSON.parse((await client.hear("open")).data as string) as ServerOpen;
  client.token = client.answer.token ?? "";
  client.epoch = client.answer.epoch ?? 0;
  client.next = 2;
  await client.move();
  expect((await client.hearMessage()).type).toBe("connect");
  return client;
}

/** Its POSTs and polls carry the headers too. */
function sign(client: RawClient, headers: Record<string, string>): void {
  client.requestHeaders = headers;
}

/** Dials with a token: `resumed`, or the close's name or the status. */
async function dial(
  base: string,
  transport: TransportName,
  name: { token?: string; nonce?: string },
  headers: Record<string, string>,
  behind: readonly Packet[] = [],
): Promise<string> {
  const client = dropped(new RawClient(base, transport));
  try {
    await client.open({ ...name, first: name.token ? 2 : 1, behind, headers });
  } catch (error) {
    return String(error);
  }
  const packet = await client.hearAny();
  if (packet.type === "open") return "resumed";
  const { code } = JSON.parse(packet.data as string) as { code: number };
  return Object.entries(closeCodes).find(([, row]) => row.code === code)?.[0] ?? String(code);
}

describe.each(allTransports)("%s", (transport) => {
  it("asks who somebody is before any middleware, and tells every handler", async () => {
    const { base, wireway, asked, sockets } = await scene(() => ({
      user: "ann",
      data: JSON.parse('{"plan":"gold","__proto__":{"isAdmin":true}}') as Record<string, unknown>,
    }));
    const order: unknown[] = [];
    wireway.use((socket, proceed) => {
      order.push(asked.length, socket.user, socket.data["plan"]);
      proceed();
    });
    await joined(base, transport);
    expect(order).toEqual([1, "ann", "gold"]);
    expect(sockets[0]?.user).toBe("ann");
    expect(Reflect.get(Object(sockets[0]?.data), "isAdmin")).toBeUndefined();
    expect(asked).toEqual([{ cookie: "user=ann", auth: {} }]);
  });

  it("refuses with a reason, and says whether to come back", async () => {
    const { base, errors } = await scene(() => {
      throw new Refusal("banned", { message: "until noon", data: { by: "root" }, retryAfterMs: 5_000 });
    });
    const client = dropped(await RawClient.dial(base, transport, { behind: [joining] }));
    client.next = 2;
    await client.move();
    expect(await client.hearMessage()).toEqual({
      type: "connect_error",
      namespace: "/",
      data: { message: "until noon", reason: "banned", data: { by: "root" }, retryAfterMs: 5_000 },
    });
    expect(errors).toEqual([]);
  });

  it("lets nobody resume, poll, speak for or end a session who shows another user's cookie", async () => {
    const { base, sockets, ends } = await scene();
    const client = await joined(base, transport);
    const { token, epoch } = client;
    const theft = { token };
    const goodbye: Packet = { type: "close", data: '{"code":3000}' };
    for (const way of allTransports) {
      expect(await dial(base, way, theft, bob)).toBe("unknown_session");
      expect(await dial(base, way, theft, bob, [event("echo", "mine"), goodbye])).toBe("unknown_session");
      expect(await dial(base, way, theft, { cookie: "user=nobody" })).toBe("unknown_session");
    }
    for (const request of ["send", "poll"]) {
      const url = `${base}?v=1&transport=polling&request=${request}`;
      for (const thief of [bob, { cookie: "user=nobody" }, { ...ann, authorization: "Basic Ym9iOmJvYg==", ...bob }]) {
        const open = openPacket({ token, received: 1, epoch, first: 2 });
        const { packets } = await post(url, [open, event("echo", "mine"), goodbye], thief);
        expect(packets).toEqual([expect.objectContaining({ type: "close" })]);
        expect(packets[0]?.data).toContain(String(closeCodes.unknown_session.code));
      }
    }
    // Its owner did not notice.
    await client.say(event("echo", "still ann's"));
    expect(await client.hearEvent()).toEqual(["echo", "still ann's"]);
    expect([sockets.length, ends, sockets[0]?.connected]).toEqual([1, [], true]);
    expect(await dial(base, transport, theft, ann)).toBe("resumed");
  });

  it("lets nobody in by the nonce of a session that is somebody's", async () => {
    const { base } = await scene();
    const name = nonce();
    const client = dropped(new RawClient(base, "streaming"));
    await client.open({ nonce: name, behind: [joining], headers: ann });
    await client.hearMessage();
    expect(await dial(base, transport, { nonce: name }, bob)).toBe("unknown_session");
    expect(await dial(base, transport, { nonce: name }, ann)).toBe("resumed");
  });

  it("keeps a session whose resume nobody can judge for a better time", async () => {
    let isDown = false;
    const { base, errors } = await scene(() => {
      if (isDown) throw new Error("database is down");
      return { user: "ann" };
    });
    const client = await joined(base, transport);
    isDown = true;
    const refused = { websocket: "3108", streaming: "503", sse: "undefined", polling: "503" }[transport];
    const answer = await post(
      `${base}?v=1&transport=${transport}${transport === "sse" ? "&request=ticket" : ""}`,
      [openPacket({ token: client.token, received: 1, first: 2 })],
      ann,
    ).catch(() => undefined);
    if (transport !== "websocket") {
      expect([answer?.status, answer?.json.code]).toEqual([503, "authentication_unavailable"]);
      expect(answer?.headers["retry-after"]).toMatch(/^\d$/);
    } else {
      const again = dropped(new RawClient(base, transport));
      await again.open({ token: client.token, received: 1, first: 2, headers: ann });
      expect(String((await again.closed).code)).toBe(refused);
    }
    expect(String(errors[0])).toContain("database is down");
    isDown = false;
    expect(await dial(base, transport, { token: client.token }, ann)).toBe("resumed");
  });

  it("asks about a resume with the auth that was last accepted", async () => {
    const { base, asked } = await scene((_handshake, { user }) => ({ user: String(user) }));
    const client = dropped(await RawClient.dial(base, transport, { behind: [text('0{"user":"ann","round":1}')] }));
    client.next = 2;
    await client.move();
    await client.hearMessage();
    await client.say(said({ type: "authenticate", namespace: "/", id: 7, data: { user: "ann", round: 2 } }));
    expect(await client.hearMessage()).toEqual({ type: "ack", namespace: "/", id: 7, args: [] });
    await client.say(said({ type: "authenticate", namespace: "/", id: 8, data: { user: "bob", round: 3 } }));
    expect(await client.hearMessage()).toEqual({
      type: "error",
      namespace: "/",
      id: 8,
      data: { code: "refused", message: "other_user", reason: "other_user" },
    });
    expect(await dial(base, transport, { token: client.token }, {})).toBe("resumed");
    expect(asked.map(({ auth }) => auth["round"])).toEqual([1, 2, 3, 2]);
  });

  it("ends all sessions of a user, those without a connection too", async () => {
    const { base, wireway, ends } = await scene();
    const here = await joined(base, transport);
    const gone = await joined(base, transport);
    const other = await joined(base, transport, bob);
    gone.drop();
    await wireway.disconnectUser("ann");
    const farewell = await here.hear("close");
    expect(farewell.data).toContain(String(closeCodes.closed.code));
    const back = dropped(new RawClient(base, transport));
    await back.open({ token: gone.token, first: 2, headers: ann });
    expect((await back.hear("close")).data).toContain(String(closeCodes.closed.code));
    await other.say(event("echo", "bob stays"));
    expect(await other.hearEvent()).toEqual(["echo", "bob stays"]);
    expect(ends).toEqual(["closed", "closed"]);
  });
});

it("asks requests only when they show something else than before", async () => {
  const { base, asked } = await scene((_handshake, _auth) => ({ user: "ann" }));
  const client = await joined(base, "polling");
  const { length } = asked;
  await client.say(event("echo", 1));
  await client.hearEvent();
  expect(asked.length).toBe(length);
  for (const headers of [
    { cookie: "lb=2; user=ann" },
    { cookie: "lb=3; user=ann" },
    { cookie: "lb=2; user=ann" },
    ann,
  ]) {
    sign(client, headers);
    await client.say(event("echo", 2));
  }
  expect(asked.slice(length).map(({ cookie }) => cookie)).toEqual(["lb=2; user=ann", "lb=3; user=ann"]);
});

it("keeps the order of what comes while a resume is judged", async () => {
  let judge: ((identity: Identity) => void) | undefined;
  let isSlow = false;
  const { base, wireway } = await scene(() =>
    isSlow
      ? new Promise((resolve) => {
          judge = resolve;
        })
      : { user: "ann" },
  );
  const client = await joined(base, "websocket");
  const heard: unknown[] = [];
  for (const socket of wireway.sockets.values()) socket.on("count", (value: unknown) => heard.push(value));
  client.drop();
  isSlow = true;
  const again = dropped(new RawClient(base, "websocket"));
  await again.open({ token: client.token, received: 1, first: 2, headers: ann });
  for (let count = 0; count < 500; count++) again.raw.send(`4${event("count", count).data as string}`);
  const others = await joinedWhen(() => judge !== undefined, base);
  expect(heard).toEqual([]);
  judge?.({ user: "ann" });
  await again.hear("open");
  others.drop();
  again.raw.send(`4${event("echo", "last").data as string}`);
  again.raw.send(`0${JSON.stringify({ received: 1, epoch: 2, first: 503 })}`);
  expect(await again.hearEvent()).toEqual(["echo", "last"]);
  expect(heard).toEqual(Array.from({ length: 500 }, (_, count) => count));
});

/** Goes round the server until the condition holds; @returns the client that did. */
async function joinedWhen(condition: () => boolean, base: string): Promise<RawClient> {
  for (;;) {
    const client = dropped(await RawClient.dial(base, "websocket"));
    if (condition()) return client;
    client.drop();
  }
}

it("lets no thief who asks and asks keep the owner out", async () => {
  const { base, asked } = await scene((handshake, auth) =>
    handshake.headers.cookie === ann.cookie ? byCookie(handshake, auth) : new Promise(() => undefined),
  );
  const client = await joined(base, "websocket");
  const { token } = client;
  const url = `${base}?v=1&transport=polling`;
  const thief = (count: number): Promise<unknown> =>
    post(url, [openPacket({ token, received: 1, first: 2 })], { cookie: `guess=${count}` }).catch(() => undefined);
  const answers = Array.from({ length: 20 }, (_, count) => thief(count));
  expect(await Promise.race(answers)).toMatchObject({ status: 503 });
  expect(await dial(base, "polling", { token }, ann)).toBe("resumed");
  expect(asked.filter(({ cookie }) => cookie?.startsWith("guess"))).toHaveLength(8);
});

it.each(["websocket", "polling"] as const)("closes while it is found out who resumes, over %s", async (transport) => {
  let isSlow = false;
  let isAsked: (() => void) | undefined;
  const { base, wireway } = await scene(() => {
    if (!isSlow) return { user: "ann" };
    isAsked?.();
    return new Promise(() => undefined);
  });
  const { token } = await joined(base, transport);
  isSlow = true;
  const asking = new Promise<void>((resolve) => {
    isAsked = resolve;
  });
  const again = dropped(new RawClient(base, transport));
  const over = again.open({ token, received: 1, first: 2, headers: ann }).catch(() => undefined);
  await asking;
  await wireway.close({ timeoutMs: 50 });
  await over;
});

it("ends with a judgement that takes too long, and refuses who could not be judged", async () => {
  const { base, errors } = await scene(() => new Promise(() => undefined), { authenticateTimeoutMs: 100 });
  const client = dropped(await RawClient.dial(base, "websocket", { behind: [joining] }));
  expect(await client.hearMessage()).toMatchObject({ type: "connect_error", data: { message: "refused" } });
  expect(errors).toMatchObject([{ code: "authentication_unavailable" }]);
});

it.each([
  ["nothing", undefined],
  ["no user", {}],
  ["an empty user", { user: "" }],
  ["a user that is no text", { user: 5 }],
  ["data that is no object", { user: "ann", data: "gold" }],
  ["a time that is none", { user: "ann", expiresAtMs: "soon" }],
])("takes %s for a fault of the application's", async (_what, identity) => {
  const { base, errors, sockets } = await scene(() => identity as unknown as Identity);
  const client = dropped(await RawClient.dial(base, "websocket", { behind: [joining] }));
  expect(await client.hearMessage()).toMatchObject({ type: "connect_error", data: { message: "refused" } });
  expect([errors.length, sockets.length]).toEqual([1, 0]);
});

it("refuses a socket of another user in the same session", async () => {
  const { base, wireway } = await scene((_handshake, { user }) => ({ user: String(user) }));
  wireway.of("/admin");
  const client = dropped(await RawClient.dial(base, "websocket", { behind: [text('0{"user":"ann"}')] }));
  client.next = 2;
  await client.move();
  await client.hearMessage();
  await client.say(text('0/admin,{"user":"root"}'));
  expect(await client.hearMessage()).toMatchObject({
    type: "connect_error",
    namespace: "/admin",
    data: { reason: "other_user" },
  });
});

it("lets no session be anybody's whose token two users showed before", async () => {
  const { base, sockets } = await scene();
  const client = dropped(await RawClient.dial(base, "websocket", { headers: ann }));
  expect(await dial(base, "polling", { token: client.token }, bob)).toBe("resumed");
  await client.move(joining);
  expect(await client.hearMessage()).toMatchObject({ type: "connect_error", data: { reason: "other_user" } });
  expect(sockets).toEqual([]);
  // The same user with another cookie is no other user.
  const second = dropped(await RawClient.dial(base, "websocket", { headers: {} }));
  await dial(base, "polling", { token: second.token }, ann);
  await second.move(text('0{"user":"ann"}'));
  expect((await second.hearMessage()).type).toBe("connect");
});

it("lets nobody in whose user is disconnected while it is found out who it is", async () => {
  let judge: ((identity: Identity) => void) | undefined;
  const { base, wireway } = await scene(
    () =>
      new Promise((resolve) => {
        judge = resolve;
      }),
  );
  const client = dropped(await RawClient.dial(base, "websocket", { behind: [joining] }));
  await joinedWhen(() => judge !== undefined, base);
  await wireway.disconnectUser("ann");
  judge?.({ user: "ann" });
  expect(await client.hearMessage()).toMatchObject({ type: "connect_error", data: { reason: "disconnected" } });
});

it("warns when an identity has expired, and ends the session when it is not renewed", async () => {
  const { base, sockets, ends } = await scene(
    (_handshake, { more = 300 }) => ({ user: "ann", expiresAtMs: Date.now() + Number(more) }),
    { authenticationGraceMs: 1_000 },
  );
  const client = await joined(base, "websocket");
  const warned = next<[Error & { code: string }]>((listener) => sockets[0]?.on("warning", listener));
  const warning = { type: "error", namespace: "/", data: { code: "authentication_expired" } };
  expect(await client.hearMessage()).toEqual(warning);
  expect((await warned)[0].code).toBe("authentication_expired");
  // Just in time.
  await client.say(said({ type: "authenticate", namespace: "/", id: 1, data: { more: 301 } }));
  expect((await client.hearMessage()).type).toBe("ack");
  expect(await client.hearMessage()).toEqual(warning);
  expect((await client.hear("close")).data).toContain(String(closeCodes.authentication_expired.code));
  expect(ends).toEqual(["authentication_expired"]);
});

it("refuses an identity that has expired already", async () => {
  const { base } = await scene(() => ({ user: "ann", expiresAtMs: Date.now() - 1 }));
  const client = dropped(await RawClient.dial(base, "websocket", { behind: [joining] }));
  expect(await client.hearMessage()).toMatchObject({
    type: "connect_error",
    data: { reason: "authentication_expired" },
  });
});

it("merges what a renewal tells into the data of all sockets of the session", async () => {
  const { base, sockets } = await scene((_handshake, { plan }) => ({ user: "ann", data: { plan } }));
  const client = dropped(await RawClient.dial(base, "websocket", { behind: [text('0{"plan":"silver"}')] }));
  client.next = 2;
  await client.move();
  await client.hearMessage();
  await client.say(said({ type: "authenticate", namespace: "/", id: 1, data: { plan: "gold" } }));
  await client.hearMessage();
  expect(sockets[0]?.data).toEqual({ plan: "gold" });
});

it("tells a client whose auth nobody wants that nobody wants it", async () => {
  const { base, wireway } = await startServer();
  wireway.on("connection", () => undefined);
  const client = dropped(await RawClient.join(base, "websocket"));
  await client.say(said({ type: "authenticate", namespace: "/", id: 1, data: {} }));
  expect(await client.hearMessage()).toMatchObject({
    type: "error",
    id: 1,
    data: { code: "refused", reason: "not_authenticated" },
  });
});
