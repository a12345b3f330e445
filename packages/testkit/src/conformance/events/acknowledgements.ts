// Answers in both directions: what they carry, when they fail, and that each is settled once.

import type { EventCase } from "./bench.ts";
import { codeOf, equal, failure } from "./expect.ts";
import { settled } from "./hearing.ts";

/** What an error of the API says of itself. */
function told(error: unknown): unknown {
  const { code, details } = error as { readonly code: string; readonly details: Record<string, unknown> };
  const { name, reason, data, limit } = details;
  return { code, name, reason, data, limit };
}

const blank = { name: undefined, reason: undefined, data: undefined, limit: undefined };

export const acknowledgements: readonly EventCase[] = [
  {
    name: "resolves emitWithAck with what the handler returns, resolves, or calls back with",
    run: async ({ open }) => {
      const socket = await open();
      equal(await socket.emitWithAck("return", { a: [1] }), { a: [1] }, "what is returned");
      equal(await socket.emitWithAck("return later", "x"), "x", "what is resolved");
      equal(await socket.emitWithAck("call back", 1, 2), 1, "the first of what is called back with");
      equal(await socket.emitWithAck("call back"), undefined, "nothing");
    },
  },
  {
    name: "gives a callback the whole answer, once",
    run: async ({ open }) => {
      const socket = await open();
      const answers: unknown[] = [];
      await new Promise<void>((resolve) => {
        socket.emit("call back", 1, { two: 2 }, (...answer: unknown[]) => {
          answers.push(answer);
          resolve();
        });
      });
      socket.emit("answer twice", (...answer: unknown[]) => answers.push(answer));
      await settled(socket);
      await settled(socket);
      equal(answers, [[1, { two: 2 }], ["first"]], "the answers");
    },
  },
  {
    name: "brings each of many answers to its own question, in whatever order they come",
    run: async ({ open }) => {
      const socket = await open();
      const numbers = Array.from({ length: 50 }, (_, number) => number);
      const late = numbers.map((number) => socket.emitWithAck("answer when told", number));
      const early = numbers.map((number) => socket.emitWithAck("return", number));
      equal(await Promise.all(early), numbers, "those that were answered at once");
      socket.emit("tell");
      equal(await Promise.all(late), numbers, "those that were answered last to first");
    },
  },
  {
    name: "fails after the time limit, in front of a callback's answer too, and ignores what comes late",
    run: async ({ open }) => {
      const socket = await open();
      const late = await failure(() => socket.timeout(20).emitWithAck("answer when told", 1));
      equal(told(late), { ...blank, code: "timed_out", limit: 20 }, "the error");
      const answers: unknown[] = [];
      await new Promise<void>((resolve) => {
        socket.timeout(20).emit("answer when told", 2, (...answer: unknown[]) => {
          answers.push([answer.length, (answer[0] as { code?: string }).code]);
          resolve();
        });
      });
      await new Promise<void>((resolve) => {
        socket.timeout(20_000).emit("call back", 1, 2, (...answer: unknown[]) => {
          answers.push(answer);
          resolve();
        });
      });
      socket.emit("tell");
      await settled(socket);
      equal(
        answers,
        [
          [1, "timed_out"],
          [undefined, 1, 2],
        ],
        "the answers",
      );
      equal(await socket.with({ timeoutMs: 20_000 }).emitWithAck("return", 3), 3, "with a limit that is not reached");
    },
  },
  {
    name: "fails when the signal is aborted, before or after the event was emitted",
    run: async ({ open }) => {
      const socket = await open();
      const stop = new AbortController();
      const { signal } = stop;
      const waiting = codeOf(() => socket.with({ signal }).emitWithAck("never answer"));
      stop.abort();
      equal(await waiting, "aborted", "the error of one that waits");
      equal(await codeOf(() => socket.with({ signal }).emitWithAck("return", 1)), "aborted", "of one that comes after");
      const lasting = new AbortController().signal;
      equal(await socket.with({ signal: lasting }).emitWithAck("return", 2), 2, "one that is not aborted");
    },
  },
  {
    name: "fails every answer that is waited for when the socket is closed",
    run: async ({ open }) => {
      const socket = await open();
      const answers: unknown[] = [];
      const waiting = codeOf(() => socket.emitWithAck("never answer"));
      const limited = codeOf(() => socket.timeout(60_000).emitWithAck("never answer"));
      socket.emit("never answer", () => answers.push("called"));
      socket.timeout(60_000).emit("never answer", (error: { code: string }) => answers.push(error.code));
      await settled(socket);
      await socket.close();
      equal([await waiting, await limited], ["disconnected", "disconnected"], "the errors");
      equal(answers, ["disconnected"], "the callbacks");
    },
  },
  {
    name: "tells who waits that the handler failed, and nothing of how",
    run: async ({ open }) => {
      const socket = await open();
      for (const event of ["throw", "reject"]) {
        const error = await failure(() => socket.emitWithAck(event, "secret"));
        equal(told(error), { ...blank, code: "handler_failed", name: event }, `the error of ${event}`);
        equal(String(error).includes("secret"), false, "whether it tells the secret");
      }
      socket.emit("throw", "nobody waits");
      await settled(socket);
      equal(socket.connected, true, "whether it is connected still");
    },
  },
  {
    name: "tells who waits why the application refused",
    run: async ({ open }) => {
      const socket = await open();
      for (const event of ["refuse", "refuse later"]) {
        const error = await failure(() => socket.emitWithAck(event, "not_a_member", { message: "no", data: [1] }));
        equal(told(error), { ...blank, code: "rejected", name: event, reason: "not_a_member", data: [1] }, "the error");
      }
    },
  },
  {
    name: "answers what the server asks: by return, by promise, by callback, once",
    run: async ({ open }) => {
      const socket = await open();
      socket.on("by return", (value: unknown) => ({ value }));
      socket.on("by promise", async (value: unknown) => {
        await Promise.resolve();
        return value;
      });
      socket.on("by callback", (value: unknown, answer: (value: unknown) => void) => {
        answer(value);
        answer("again");
      });
      socket.on("by both", (answer: (value: unknown) => void) => {
        answer("callback");
        return "return";
      });
      equal(await socket.emitWithAck("ask me", "by return", 1), { answer: { value: 1 } }, "by return");
      equal(await socket.emitWithAck("ask me", "by promise", 2), { answer: 2 }, "by promise");
      equal(await socket.emitWithAck("ask me", "by callback", 3), { answer: 3 }, "by callback");
      equal(await socket.emitWithAck("ask me", "by both"), { answer: "callback" }, "by both");
    },
  },
  {
    name: "tells the server that its handler failed or refused, or does not answer at all",
    run: async ({ bench, open }) => {
      const reported: unknown[] = [];
      const socket = await open({ forceNew: true, onerror: (_, { event }) => reported.push(event) });
      socket.on("fail", () => {
        throw new Error("secret");
      });
      socket.on("refuse", () => {
        throw bench.refusal("busy", { data: { until: 5 } });
      });
      socket.on("quiet", () => undefined);
      equal(await socket.emitWithAck("ask me", "fail"), { code: "handler_failed" }, "one that failed");
      const refused = { code: "rejected", reason: "busy", data: { until: 5 } };
      equal(await socket.emitWithAck("ask me", "refuse"), refused, "one that refused");
      equal(await socket.emitWithAck("ask me shortly", "quiet"), { code: "timed_out" }, "one that gives no answer");
      equal(reported, ["fail"], "what is reported here");
    },
  },
];
