// Nothing is lost, doubled or out of order: in bursts, before the socket is connected, and while the other end is not ready.

import type { EventCase } from "./bench.ts";
import { equal } from "./expect.ts";
import { next, nexts, settled } from "./hearing.ts";

export const order: readonly EventCase[] = [
  {
    name: "keeps the order of events of all kinds, each way",
    run: async ({ open }) => {
      const socket = await open();
      const numbers = Array.from({ length: 300 }, (_, number) => number);
      const back = nexts(socket, "echo", numbers.length);
      for (const number of numbers) {
        // Text and binary, small and large take different ways through a codec and a framing.
        const value =
          number % 3 === 0 ? new Uint8Array(number % 7) : "x".repeat(number % 50 === 0 ? 10_000 : number % 9);
        if (number % 5 === 0) socket.emit("echo", number, value, () => undefined);
        else socket.emit("echo", number, value);
        if (number % 60 === 0) await Promise.resolve();
      }
      equal(
        (await back).map(([number]) => number),
        numbers,
        "the order",
      );
    },
  },
  {
    name: "sends what was emitted before it is connected, in front of what comes after",
    run: async ({ connect }) => {
      const socket = connect();
      for (let number = 0; number < 5; number++) socket.emit("note", number);
      const early = socket.emitWithAck("return", "early");
      await next(socket, "connect");
      socket.emit("note", 5);
      equal(await early, "early", "an early question's answer");
      const heard = [0, 1, 2, 3, 4, 5].map((number) => ["note", number]);
      equal(await socket.emitWithAck("heard"), heard, "what the server heard");
    },
  },
  {
    name: "hears what the server says in its connection handler",
    run: async ({ connect }) => {
      const socket = connect({ auth: { greet: 3 } });
      equal(await nexts(socket, "greeting", 3), [[0], [1], [2]], "the greetings");
    },
  },
  {
    name: "is heard by handlers that the server attaches after it awaited something, in order",
    run: async ({ connect }) => {
      const socket = connect({ auth: { slow: true } });
      for (let number = 0; number < 5; number++) socket.emit("note", number);
      const answer = socket.emitWithAck("return", "slow");
      await next(socket, "connect");
      socket.emit("note", 5);
      equal(await answer, "slow", "the answer");
      const heard = [0, 1, 2, 3, 4, 5].map((number) => ["note", number]);
      equal(await socket.emitWithAck("heard"), heard, "what the server heard");
    },
  },
  {
    name: "hears on while a handler of its own still waits",
    run: async ({ open }) => {
      const socket = await open();
      const heard: unknown[] = [];
      let release: () => void = () => undefined;
      const released = new Promise<void>((resolve) => {
        release = resolve;
      });
      socket.on("news", async (number: unknown) => {
        heard.push(number);
        await released;
        heard.push(["done", number]);
      });
      for (let number = 0; number < 3; number++) socket.emit("say", "news", number);
      await settled(socket);
      equal(heard, [0, 1, 2], "what was heard before it went on");
      release();
      await settled(socket);
      equal(heard.length, 6, "what was heard in the end");
    },
  },
  {
    name: "may emit, ask and answer from inside its handlers, and keeps the order",
    run: async ({ open }) => {
      const socket = await open();
      const answers: unknown[] = [];
      socket.on("news", async (number: number) => {
        socket.emit("note", number, "first");
        const answer = socket.emitWithAck("return", number);
        socket.emit("note", number, "second");
        answers.push(await answer);
      });
      socket.emit("say", "news", 1);
      socket.emit("say", "news", 2);
      await settled(socket);
      const heard = [1, 2].flatMap((number) => ["first", "second"].map((word) => ["note", number, word]));
      equal(await socket.emitWithAck("heard"), heard, "what the server heard");
      equal(answers, [1, 2], "the answers");
    },
  },
];
