// Who hears what: handlers, their undo, signals, and those that hear everything.

import type { EventCase } from "./bench.ts";
import { equal } from "./expect.ts";
import { next, settled } from "./hearing.ts";

export const listening: readonly EventCase[] = [
  {
    name: "hears an event with its arguments in all of its handlers, in the order in which they were attached",
    run: async ({ open }) => {
      const socket = await open();
      const heard: unknown[] = [];
      socket.on("news", (...args: unknown[]) => heard.push(["first", ...args]));
      socket.on("news", (...args: unknown[]) => heard.push(["second", ...args]));
      socket.on("other", () => heard.push("other"));
      socket.emit("say", "news", 1, "two", [3]);
      await settled(socket);
      equal(
        heard,
        [
          ["first", 1, "two", [3]],
          ["second", 1, "two", [3]],
        ],
        "what was heard",
      );
    },
  },
  {
    name: "hears one event with once, and no more after its undo",
    run: async ({ open }) => {
      const socket = await open();
      const heard: unknown[] = [];
      socket.once("news", (value: unknown) => heard.push(["once", value]));
      const undoOnce = socket.once("news", () => heard.push("undone"));
      const undo = socket.on("news", (value: unknown) => heard.push(["on", value]));
      undoOnce();
      socket.emit("say", "news", 1);
      socket.emit("say", "news", 2);
      await settled(socket);
      undo();
      undo();
      socket.emit("say", "news", 3);
      await settled(socket);
      equal(
        heard,
        [
          ["once", 1],
          ["on", 1],
          ["on", 2],
        ],
        "what was heard",
      );
    },
  },
  {
    name: "takes off one handler, all of an event, and all",
    run: async ({ open }) => {
      const socket = await open();
      const heard: unknown[] = [];
      const first = (): unknown => heard.push("first");
      socket.on("a", first);
      socket.on("a", () => heard.push("second"));
      socket.on("b", () => heard.push("b"));
      socket.on("c", () => heard.push("c"));
      const say = async (): Promise<void> => {
        for (const event of ["a", "b", "c"]) socket.emit("say", event);
        await settled(socket);
        heard.push("|");
      };
      socket.off("a", first);
      await say();
      socket.off("a");
      await say();
      socket.off();
      await say();
      equal(heard, ["second", "b", "c", "|", "b", "c", "|", "|"], "what was heard");
    },
  },
  {
    name: "stops listening when the signal is aborted, and does not begin with one that already is",
    run: async ({ open }) => {
      const socket = await open();
      const heard: unknown[] = [];
      const stop = new AbortController();
      const { signal } = stop;
      socket.on("news", (value: unknown) => heard.push(["on", value]), { signal });
      socket.once("last", () => heard.push("last"), { signal });
      socket.emit("say", "news", 1);
      await settled(socket);
      stop.abort();
      socket.on("news", () => heard.push("late"), { signal });
      socket.emit("say", "news", 2);
      socket.emit("say", "last");
      await settled(socket);
      equal(heard, [["on", 1]], "what was heard");
    },
  },
  {
    name: "tells onAny of every event before its own handlers hear it, until offAny",
    run: async ({ open }) => {
      const socket = await open();
      const heard: unknown[] = [];
      const any = (...args: unknown[]): unknown => heard.push(["any", ...args]);
      socket.on("news", (value: unknown) => heard.push(["on", value]));
      socket.onAny(any);
      const undo = socket.onAny((event: string) => heard.push(["also", event]));
      socket.emit("say", "news", 1);
      socket.emit("say", "unheard");
      await settled(socket);
      undo();
      socket.offAny(any);
      socket.emit("say", "news", 2);
      await settled(socket);
      socket.onAny(any);
      socket.offAny();
      socket.emit("say", "news", 3);
      await settled(socket);
      equal(
        heard,
        [
          ["any", "news", 1],
          ["also", "news"],
          ["on", 1],
          ["any", "unheard"],
          ["also", "unheard"],
          ["on", 2],
          ["on", 3],
        ],
        "what was heard",
      );
    },
  },
  {
    name: "tells onAnyOutgoing of what is emitted, until offAnyOutgoing",
    run: async ({ open }) => {
      const socket = await open();
      const said: unknown[] = [];
      const any = (...args: unknown[]): unknown => said.push(args);
      socket.onAnyOutgoing(any);
      const undo = socket.onAnyOutgoing((event: string) => said.push(event));
      socket.emit("note", 1, "two");
      undo();
      await socket.emitWithAck("return", 2);
      socket.offAnyOutgoing(any);
      socket.emit("note", 3);
      socket.onAnyOutgoing(any);
      socket.offAnyOutgoing();
      socket.emit("note", 4);
      equal(said, [["note", 1, "two"], "note", ["return", 2]], "what was said");
    },
  },
  {
    name: "lets handlers come and go while an event is under way",
    run: async ({ open }) => {
      const socket = await open();
      const heard: unknown[] = [];
      const second = (): unknown => heard.push("second");
      socket.once("news", () => {
        heard.push("first");
        socket.off("news", second);
        socket.on("news", () => heard.push("new"));
      });
      socket.on("news", second);
      socket.emit("say", "news");
      await settled(socket);
      const firstRound = heard.splice(0).filter((name) => name === "first").length;
      socket.emit("say", "news");
      await settled(socket);
      equal([firstRound, heard], [1, ["new"]], "what was heard");
    },
  },
  {
    name: "sends and hears the event message with send",
    run: async ({ open }) => {
      const socket = await open();
      const heard = next(socket, "message");
      equal(socket.send("hello", 1), true, "what send returns");
      equal(await heard, ["hello", 1], "what came back");
    },
  },
  {
    name: "takes names of Object's own parts, and empty ones, for events like any other",
    run: async ({ open }) => {
      const socket = await open();
      for (const name of ["__proto__", "constructor", "toString", "hasOwnProperty", "", "\0", "é 🚀"]) {
        const heard = next(socket, name);
        socket.emit("say", name, name);
        equal(await heard, [name], `event ${JSON.stringify(name)}`);
      }
    },
  },
];
