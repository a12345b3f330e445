// How a socket comes to be connected: what it shows, what it is told, who refuses it and why, and how it tries again.

import type { EventCase } from "./bench.ts";
import { codeOf, equal } from "./expect.ts";
import { next } from "./hearing.ts";

interface Refused {
  readonly code: string;
  readonly details: { readonly reason?: string; readonly data?: unknown; readonly retryAfterMs?: number };
}

export const joining: readonly EventCase[] = [
  {
    name: "shows an id and what the server hands over once it is connected, and neither before",
    run: async ({ connect }) => {
      const socket = connect({ auth: { hand: { rights: ["read"] } } });
      equal([socket.id, socket.connected, socket.active, socket.data], [undefined, false, true, undefined], "before");
      await next(socket, "connect");
      equal([typeof socket.id, socket.connected, socket.active], ["string", true, true], "after");
      equal(socket.data, { rights: ["read"] }, "what was handed over");
      equal(await socket.emitWithAck("id"), socket.id, "the id that the server knows");
      equal(socket.recovered, false, "whether it was recovered");
    },
  },
  {
    name: "tells how its messages are carried",
    run: async ({ connect }) => {
      const socket = connect({ forceNew: true });
      const told: unknown[] = [];
      socket.on("connection", ({ transport }: { transport?: unknown }) => told.push(typeof transport));
      await next(socket, "connect");
      equal(told, ["string"], "what it is told");
    },
  },
  {
    name: "keeps namespaces of one session apart",
    run: async ({ connect, open }) => {
      const [one, other] = [await open(), await open({ namespace: "/other" })];
      const heard: unknown[] = [];
      one.on("news", () => heard.push("one"));
      other.on("news", () => heard.push("other"));
      one.emit("say", "news");
      await one.emitWithAck("return", 1);
      other.emit("note", 1);
      equal([heard, await one.emitWithAck("heard"), one.id === other.id], [["one"], [], false], "what is shared");
      await other.close();
      equal([one.connected, other.connected], [true, false], "which of them are connected");
      equal(await one.emitWithAck("return", 2), 2, "what works still");
      const again = connect({ namespace: "/other" });
      await next(again, "connect");
    },
  },
  {
    name: "is refused by a namespace that does not exist",
    run: async ({ connect }) => {
      const socket = connect({ namespace: "/nobody-has-this" });
      const [error] = (await next(socket, "connect_error")) as [Refused];
      equal([error.code, socket.connected, socket.active], ["unknown_namespace", false, false], "what it is told");
    },
  },
  {
    name: "is told why it was refused, stays away, and may try again with something else",
    run: async ({ connect }) => {
      let attempts = 0;
      const auth = (): unknown =>
        ++attempts === 1 ? { refuse: { reason: "not_a_member", message: "no", data: [1] } } : { second: true };
      const socket = connect({ auth });
      const waiting = codeOf(() => socket.emitWithAck("return", 1));
      const [error] = (await next(socket, "connect_error")) as [Refused];
      const { reason, data, retryAfterMs } = error.details;
      equal([error.code, reason, data, retryAfterMs], ["refused", "not_a_member", [1], undefined], "what it is told");
      equal([await waiting, socket.active], ["disconnected", false], "what became of it");
      socket.connect();
      await next(socket, "connect");
      equal([attempts, await socket.emitWithAck("auth")], [2, { second: true }], "the second attempt");
    },
  },
  {
    name: "comes back by itself after the time that the refusal named",
    run: async ({ connect }) => {
      let attempts = 0;
      const auth = (): unknown => (++attempts === 1 ? { refuse: { reason: "full", retryAfterMs: 20 } } : {});
      const socket = connect({ auth });
      const [error] = (await next(socket, "connect_error")) as [Refused];
      equal([error.details.reason, error.details.retryAfterMs, socket.active], ["full", 20, true], "what it is told");
      await next(socket, "connect");
      equal(attempts, 2, "how often auth was asked");
    },
  },
  {
    name: "is told nothing of why a middleware failed",
    run: async ({ connect }) => {
      const socket = connect({ auth: { fail: "secret" } });
      const [error] = (await next(socket, "connect_error")) as [Refused & { message: string }];
      equal([error.code, error.message.includes("secret")], ["refused", false], "what it is told");
    },
  },
  {
    name: "shows its auth as a value, by a function, or later, and says when that failed",
    run: async ({ connect, open }) => {
      equal(await (await open({ auth: { a: 1 } })).emitWithAck("auth"), { a: 1 }, "a value");
      equal(
        await (await open({ namespace: "/other", auth: () => ({ a: 2 }) })).emitWithAck("auth"),
        { a: 2 },
        "a function",
      );
      const later = await open({ namespace: "/another", auth: () => Promise.resolve({ a: 3 }) });
      equal(await later.emitWithAck("auth"), { a: 3 }, "a promise");
      const failing = connect({ forceNew: true, auth: () => Promise.reject(new Error("no token")) });
      await next(failing, "connect_error");
      equal(failing.connected, false, "whether one without auth is connected");
    },
  },
  {
    name: "tells the server its query",
    run: async ({ open }) => {
      const socket = await open({ forceNew: true, query: { room: "é & more", version: "2" } });
      const query = (await socket.emitWithAck("query")) as Record<string, unknown>;
      equal([query["room"], query["version"]], ["é & more", "2"], "the query");
    },
  },
  {
    name: "waits for connect() where it should not connect by itself",
    run: async ({ connect }) => {
      const socket = connect({ autoConnect: false });
      equal([socket.active, await codeOf(() => socket.emit("note", 1))], [false, "closed"], "before");
      socket.connect();
      await next(socket, "connect");
      equal(socket.connected, true, "whether it is connected");
    },
  },
  {
    name: "shows new auth on the living session, and is told when that is refused",
    run: async ({ open }) => {
      const socket = await open({ forceNew: true, auth: { token: 1 } });
      const { id } = socket;
      await socket.authenticate({ token: 2 });
      equal([await socket.emitWithAck("data"), socket.id], [{ token: 2 }, id], "what the server made of it");
      const refused = codeOf(() => socket.authenticate({ refuse: { reason: "expired" } }));
      equal([await refused, socket.connected], ["refused", true], "what it is told");
    },
  },
];
