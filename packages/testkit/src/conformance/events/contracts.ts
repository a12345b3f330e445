// What a client sees of the server's contracts: in the namespace of this name `chat` takes one text, `add` takes two
// numbers and answers with one, and nothing else is known.

import type { EventCase } from "./bench.ts";
import { codeOf, equal, failure } from "./expect.ts";
import { next } from "./hearing.ts";

export const contractNamespace = "/contract";

interface Complained {
  readonly code: string;
  readonly details: { readonly name?: string; readonly data?: readonly { readonly path?: unknown }[] };
}

export const contracts: readonly EventCase[] = [
  {
    name: "is heard and answered where it keeps the contract",
    run: async ({ open }) => {
      const socket = await open({ namespace: contractNamespace });
      equal(await socket.emitWithAck("add", 2, 3), 5, "the answer");
      const heard = next(socket, "chat");
      socket.emit("chat", "  hello ");
      equal(await heard, ["hello"], "what the handler got: the schema's output");
    },
  },
  {
    name: "is told what is wrong with arguments that break the contract, which no handler hears",
    run: async ({ open }) => {
      const socket = await open({ namespace: contractNamespace });
      const error = (await failure(() => socket.emitWithAck("add", 2, "three"))) as Complained;
      equal([error.code, error.details.name], ["invalid_arguments", "add"], "the error");
      equal(
        error.details.data?.map(({ path }) => path),
        [[1]],
        "where it is wrong",
      );
      equal(await codeOf(() => socket.emitWithAck("add", 2)), "invalid_arguments", "too few");
      equal(await codeOf(() => socket.emitWithAck("add", 2, 3, 4)), "invalid_arguments", "too many");
      const heard: unknown[] = [];
      socket.on("chat", (text: unknown) => heard.push(text));
      const warning = next(socket, "warning");
      socket.emit("chat", { text: "no text" });
      const [warned] = (await warning) as [Complained];
      equal([warned.code, warned.details.name], ["invalid_arguments", "chat"], "the warning where nobody waits");
      equal([await socket.emitWithAck("add", 1, 1), heard], [2, []], "what goes on");
    },
  },
  {
    name: "is told of events that the contract does not know",
    run: async ({ open }) => {
      const socket = await open({ namespace: contractNamespace });
      equal(await codeOf(() => socket.emitWithAck("toString")), "unknown_event", "the error");
      const warning = next(socket, "warning");
      socket.emit("other", 1);
      const [warned] = (await warning) as [Complained];
      equal([warned.code, warned.details.name], ["unknown_event", "other"], "the warning where nobody waits");
      equal(await socket.emitWithAck("add", 1, 1), 2, "what goes on");
    },
  },
];
