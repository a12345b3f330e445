// What a socket says when more is emitted than goes out, and what it drops or replaces when it is told that it may.

import type { EventCase } from "./bench.ts";
import { codeOf, equal } from "./expect.ts";
import { next } from "./hearing.ts";

export const backpressure: readonly EventCase[] = [
  {
    name: "says when too much waits, and when it has drained",
    run: async ({ open }) => {
      const socket = await open({ forceNew: true, highWaterBytes: 10_000 });
      await socket.drained();
      equal(socket.emit("note", "small"), true, "what a small one returns");
      const drain = next(socket, "drain");
      let taken = true;
      for (let number = 0; number < 5; number++) taken = socket.emit("note", "x".repeat(5_000));
      equal([taken, socket.bufferedBytes > 10_000], [false, true], "what a full one shows");
      await Promise.all([drain, socket.drained()]);
      equal(socket.bufferedBytes <= 10_000, true, "whether it has drained");
      await socket.emitWithAck("return", 1);
      equal(socket.emit("note", "small"), true, "what the next one returns");
    },
  },
  {
    name: "ends the wait for the drain when it is disconnected",
    run: async ({ connect }) => {
      const socket = connect({ forceNew: true, highWaterBytes: 100, auth: () => new Promise(() => undefined) });
      socket.emit("note", "x".repeat(1_000));
      const drained = codeOf(() => socket.drained());
      void socket.close();
      equal(await drained, "disconnected", "the error");
    },
  },
  {
    name: "drops volatile events while there is no connection, and sends them while there is one",
    run: async ({ connect }) => {
      const socket = connect({ forceNew: true });
      equal(socket.volatile.emit("note", "dropped"), false, "what it returns without a connection");
      equal(socket.emit("note", "kept"), true, "what emit returns");
      await next(socket, "connect");
      await socket.emitWithAck("return", 1);
      equal(socket.volatile.emit("note", "sent"), true, "what it returns with one");
      equal(await socket.volatile.emitWithAck("return", 2), 2, "a volatile question's answer");
      equal(socket.with({ volatile: true }).emit("note", "sent too"), true, "what with returns");
      equal(
        await socket.emitWithAck("heard"),
        [
          ["note", "kept"],
          ["note", "sent"],
          ["note", "sent too"],
        ],
        "what the server heard",
      );
    },
  },
  {
    name: "keeps only the newest of each key while there is no connection",
    run: async ({ connect }) => {
      const socket = connect({ forceNew: true });
      for (let price = 1; price <= 50; price++) {
        socket.with({ coalesce: "a" }).emit("note", "a", price);
        socket.with({ coalesce: "b" }).emit("note", "b", -price);
      }
      await next(socket, "connect");
      await socket.emitWithAck("return", 1);
      socket.with({ coalesce: "a" }).emit("note", "a", 51);
      const heard = (await socket.emitWithAck("heard")) as unknown[][];
      const of = (key: string): unknown[] => heard.filter((event) => event[1] === key).map((event) => event[2]);
      equal([of("a"), of("b")], [[50, 51], [-50]], "what the server heard of each key");
    },
  },
];
