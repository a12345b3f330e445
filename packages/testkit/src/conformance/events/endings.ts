// How a socket ends, by either side, what it says of it, and how it survives the loss of its connections.

import type { EventCase } from "./bench.ts";
import { codeOf, equal } from "./expect.ts";
import { next, nexts, settled } from "./hearing.ts";

interface Details {
  readonly code: number;
  readonly message: string;
  readonly unconfirmed: readonly unknown[];
}

export const endings: readonly EventCase[] = [
  {
    name: "is told that the server closed it, stays away, and can be connected again",
    run: async ({ open }) => {
      const socket = await open();
      const { id } = socket;
      const over = next(socket, "disconnect");
      const waiting = codeOf(() => socket.emitWithAck("never answer"));
      socket.emit("leave");
      const [reason, details] = (await over) as [string, Details];
      equal(
        [reason, typeof details.message, Array.isArray(details.unconfirmed)],
        ["closed", "string", true],
        "the reason",
      );
      equal([socket.connected, socket.active, socket.id], [false, false, undefined], "what it shows");
      equal([await waiting, await codeOf(() => socket.emit("note"))], ["disconnected", "closed"], "what fails");
      socket.connect();
      await next(socket, "connect");
      equal([await socket.emitWithAck("return", 1), socket.id === id], [1, false], "what works again");
    },
  },
  {
    name: "is told when the server ends the whole session",
    run: async ({ open }) => {
      const socket = await open({ forceNew: true });
      const over = next(socket, "disconnect");
      socket.emit("end");
      const [reason] = await over;
      equal([reason, socket.connected], ["closed", false], "what it is told");
    },
  },
  {
    name: "says goodbye once, and does nothing more after close",
    run: async ({ open }) => {
      const socket = await open({ forceNew: true });
      const reasons: unknown[] = [];
      socket.on("disconnect", (reason: unknown) => reasons.push(reason));
      await socket.close();
      await socket.close();
      equal([reasons, socket.active, socket.id], [["closed"], false, undefined], "what it shows");
      equal(await codeOf(() => socket.emit("note")), "closed", "the error of emit");
      equal(await codeOf(() => socket.emitWithAck("return", 1)), "closed", "the error of emitWithAck");
    },
  },
  {
    name: "delivers what was emitted before close",
    run: async ({ open }) => {
      const witness = await open();
      const socket = await open({ forceNew: true });
      const details = next(socket, "disconnect");
      const { id } = socket;
      for (let number = 0; number < 100; number++) socket.emit("keep", number, "x".repeat(1_000));
      await socket.close();
      const [, { unconfirmed }] = (await details) as [string, Details];
      equal(unconfirmed.length, 0, "what was not confirmed");
      equal(await witness.emitWithAck("kept", id), 100, "what the server has");
    },
  },
  {
    name: "delivers what was emitted before it was connected when it is closed at once",
    run: async ({ connect, open }) => {
      const witness = await open();
      const socket = connect({ forceNew: true, auth: { keepAs: "hasty" } });
      for (let number = 0; number < 10; number++) socket.emit("keep", number);
      await socket.close();
      equal(await witness.emitWithAck("kept", "hasty"), 10, "what the server has");
    },
  },
  {
    name: "hands back what was not confirmed, when it must not wait for that or has waited long enough",
    run: async ({ connect }) => {
      for (const closeTimeoutMs of [0, 30]) {
        const socket = connect({ forceNew: true, closeTimeoutMs, auth: () => new Promise(() => undefined) });
        socket.emit("keep", 1, { bytes: new Uint8Array([2]) });
        const answer = codeOf(() => socket.emitWithAck("return", 3));
        const over = next(socket, "disconnect");
        await socket.close();
        const [reason, { unconfirmed }] = (await over) as [string, Details];
        const events = [
          { event: "keep", args: [1, { bytes: new Uint8Array([2]) }] },
          { event: "return", args: [3] },
        ];
        equal([reason, unconfirmed], ["closed", events], "what it is told");
        equal(await answer, "disconnected", "what becomes of the question");
      }
    },
  },
  {
    name: "leaves its session to the other sockets when it is closed",
    run: async ({ open }) => {
      const [one, other] = [await open(), await open({ namespace: "/other" })];
      for (let number = 0; number < 10; number++) one.emit("keep", number);
      const { id } = one;
      await one.close();
      equal([one.connected, other.connected], [false, true], "which of them are connected");
      equal(await other.emitWithAck("kept", id), 10, "what the server has");
    },
  },
  {
    name: "is closed when it is disposed of",
    run: async ({ open }) => {
      // Not every engine has the symbol.
      if (!Symbol.asyncDispose) return;
      const socket = await open();
      await socket[Symbol.asyncDispose]();
      equal(socket.active, false, "whether it is active");
    },
  },
  {
    name: "survives the loss of its connections: nothing is lost, and it says whether it was recovered",
    cuts: true,
    run: async ({ bench, open }) => {
      const socket = await open({ forceNew: true });
      const { id } = socket;
      const reasons: unknown[] = [];
      socket.on("disconnect", (reason: unknown) => reasons.push(reason));
      // A way of exchanges may have had none under way.
      let wasLost = false;
      socket.on("connection", ({ transport }: { transport?: string }) => {
        wasLost ||= transport === undefined;
      });
      const back = nexts(socket, "echo", 30);
      for (let round = 0; round < 3; round++) {
        for (let number = 0; number < 10; number++) socket.emit("echo", round * 10 + number);
        await bench.cut();
      }
      equal(
        (await back).map(([number]) => number),
        Array.from({ length: 30 }, (_, number) => number),
        "the echoes",
      );
      await settled(socket);
      equal([socket.id === id, socket.connected, reasons], [true, true, []], "what it shows");
      equal(socket.recovered, wasLost, "whether it was recovered");
    },
  },
];
