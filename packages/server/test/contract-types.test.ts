// Types that follow from a contract, end to end: checked by the compiler.

import { type EventsOf, type HandledEventsOf, Server } from "@wireway/server";
import { type } from "arktype";
import * as v from "valibot";
import { expect, expectTypeOf, it } from "vitest";
import * as z from "zod";

const events = {
  chat: z.string(),
  at: z.iso.datetime().pipe(z.coerce.date()),
  add: { args: [v.number(), v.number()], ack: v.number() },
  move: type({ x: "number", y: "number" }),
} as const;
const serverEvents = { said: [z.string(), z.number()], ask: { args: z.string(), ack: z.boolean() } } as const;

interface Between {
  moved(shard: number): string;
}
interface Data {
  name: string;
}

it("types events from contracts, where the server is made and in each namespace", () => {
  const check = (): void => {
    const wireway = new Server({ events, serverEvents, path: "/x/" });
    wireway.on("connection", (socket) => {
      socket.on("chat", (text) => expectTypeOf(text).toEqualTypeOf<string>());
      socket.on("at", (time) => expectTypeOf(time).toEqualTypeOf<Date>());
      socket.on("move", (to) => expectTypeOf(to).toEqualTypeOf<{ x: number; y: number }>());
      // The handler's return type is the acknowledgement's.
      socket.on("add", (a, b) => a + b);
      socket.on("add", async (a, b) => a + b);
      // @ts-expect-error the acknowledgement is a number
      socket.on("add", () => "three");
      // @ts-expect-error no such event
      socket.on("other", () => undefined);
      socket.emit("said", "hello", 1);
      // @ts-expect-error an argument is missing
      socket.emit("said", "hello");
      expectTypeOf(socket.emitWithAck("ask", "why")).toEqualTypeOf<Promise<boolean>>();
      expectTypeOf(socket.timeout(1).emitWithAck("ask", "why")).toEqualTypeOf<Promise<boolean>>();
      expectTypeOf(wireway.to("room").emitWithAck("ask", "why")).toEqualTypeOf<Promise<boolean[]>>();
    });
    wireway.emit("said", "hello", 1);
    // @ts-expect-error no such event
    wireway.emit("chat", "hello");

    const own = wireway.of("/own", { events: { only: z.boolean() } });
    own.on("connection", (socket) => {
      socket.on("only", (flag) => expectTypeOf(flag).toEqualTypeOf<boolean>());
      // @ts-expect-error the namespace has its own contract
      socket.on("chat", () => undefined);
      // What it says nothing about is the server's.
      socket.emit("said", "hello", 1);
    });
    wireway.of(/^\/r/, { serverEvents: { tick: z.number() } }).emit("tick", 1);
    // @ts-expect-error a tick is a number
    wireway.of(/^\/r/, { serverEvents: { tick: z.number() } }).emit("tick", "1");

    const listening = new Server({ events });
    listening.on("connection", (socket) => {
      socket.on("chat", (text) => expectTypeOf(text).toEqualTypeOf<string>());
      socket.emit("anything", 1, 2);
    });

    const typed = new Server<HandledEventsOf<typeof events>, EventsOf<typeof serverEvents>, Between, Data>({ events });
    typed.on("connection", (socket) => {
      expectTypeOf(socket.data).toEqualTypeOf<Data>();
      socket.on("chat", (text) => expectTypeOf(text).toEqualTypeOf<string>());
    });
    typed.on("moved", (shard) => {
      expectTypeOf(shard).toEqualTypeOf<number>();
      return "here";
    });
    expectTypeOf(typed.serverSideEmitWithAck("moved", 1)).toEqualTypeOf<Promise<string[]>>();
  };
  expect(check).toBeTypeOf("function");
});

it("types loops over events, and what messages take", () => {
  interface In {
    chat(text: string, at: number): void;
  }
  interface Out {
    message(text: string): void;
  }
  const check = async (typed: Server<In, Out>): Promise<void> => {
    for (const socket of typed.sockets.values()) {
      for await (const [text, at] of socket.events("chat")) {
        expectTypeOf(text).toEqualTypeOf<string>();
        expectTypeOf(at).toEqualTypeOf<number>();
      }
      socket.send("hello");
      // @ts-expect-error a message is a text
      socket.send(1);
    }
  };
  expect(check).toBeTypeOf("function");
});
