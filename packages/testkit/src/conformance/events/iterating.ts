// Events one by one, with `for await`.

import type { EventCase } from "./bench.ts";
import { codeOf, equal } from "./expect.ts";
import { settled } from "./hearing.ts";

export const iterating: readonly EventCase[] = [
  {
    name: "hands out events one by one, those too that came during a turn of the loop",
    run: async ({ open }) => {
      const socket = await open();
      const heard: unknown[] = [];
      const events = socket.events("news");
      for (let number = 0; number < 3; number++) socket.emit("say", "news", number, "more");
      for await (const [number, word] of events) {
        heard.push([number, word]);
        if (number === 0) await settled(socket);
        if (number === 2) break;
      }
      equal(
        heard,
        [
          [0, "more"],
          [1, "more"],
          [2, "more"],
        ],
        "what the loop got",
      );
      socket.emit("say", "news", 3);
      await settled(socket);
      equal(await events.next(), { done: true, value: undefined }, "after the loop");
    },
  },
  {
    name: "ends a loop over events when the socket is closed, and when its signal is aborted",
    run: async ({ open }) => {
      const socket = await open();
      const stop = new AbortController();
      const all = async (options: { signal?: AbortSignal }): Promise<number> => {
        let count = 0;
        for await (const _ of socket.events("news", options)) count++;
        return count;
      };
      const [aborted, closed] = [all({ signal: stop.signal }), all({})];
      socket.emit("say", "news");
      await settled(socket);
      stop.abort();
      equal(await aborted, 1, "turns of the loop with the signal");
      await socket.close();
      equal(await closed, 1, "turns of the loop without");
    },
  },
  {
    name: "fails a loop for which more events wait than may",
    run: async ({ open }) => {
      const socket = await open();
      const events = socket.events("news", { maxWaiting: 2 });
      for (let number = 0; number < 3; number++) socket.emit("say", "news", number);
      await settled(socket);
      equal(await codeOf(() => events.next()), "too_many_waiting", "the error");
    },
  },
];
