// Handlers of the application's that fail: they are reported, and break nothing but themselves.

import type { EventCase } from "./bench.ts";
import { equal } from "./expect.ts";
import { settled } from "./hearing.ts";

export const failures: readonly EventCase[] = [
  {
    name: "reports a handler that throws or rejects, with the event's name, and goes on",
    run: async ({ open }) => {
      const reported: unknown[] = [];
      const socket = await open({
        forceNew: true,
        onerror: (error, { event }) => reported.push([(error as Error).message, event]),
      });
      const heard: unknown[] = [];
      socket.on("news", () => {
        throw new Error("thrown");
      });
      socket.on("news", async () => {
        await Promise.resolve();
        throw new Error("rejected");
      });
      socket.on("news", () => heard.push("news"));
      socket.emit("say", "news");
      await settled(socket);
      equal(
        reported,
        [
          ["thrown", "news"],
          ["rejected", "news"],
        ],
        "what is reported",
      );
      equal([heard, socket.connected], [["news"], true], "what goes on");
    },
  },
  {
    name: "reports a callback and an onAny that throw",
    run: async ({ open }) => {
      const reported: unknown[] = [];
      const socket = await open({ forceNew: true, onerror: (error) => reported.push((error as Error).message) });
      const undo = socket.onAny(() => {
        throw new Error("any");
      });
      socket.emit("say", "news");
      await settled(socket);
      undo();
      socket.emit("call back", 1, () => {
        throw new Error("callback");
      });
      await settled(socket);
      equal(reported, ["any", "callback"], "what is reported");
      equal(socket.connected, true, "whether it is connected still");
    },
  },
  {
    name: "does not report a refusal",
    run: async ({ bench, open }) => {
      const reported: unknown[] = [];
      const socket = await open({ forceNew: true, onerror: (error) => reported.push(error) });
      socket.on("no", () => {
        throw bench.refusal("no");
      });
      equal(await socket.emitWithAck("ask me", "no"), { code: "rejected", reason: "no" }, "what the server is told");
      equal(reported, [], "what is reported");
    },
  },
];
