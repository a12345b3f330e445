// What servers that an adapter joins have to do, as a list that is run against each adapter: real servers, real clients, and
// whatever the adapter goes through in between. A new adapter is done when the list passes.
// Not here: a test runner, servers and clients; whoever runs the list brings them.

import { type AdapterBench, AdapterGroup, type Place } from "./adapter-group.ts";
import { answersOf, equal, failed, hears, same, sorted, until } from "./observations.ts";

/** One thing that an adapter has to do. */
export interface AdapterBehaviour {
  /** A sentence about it, for a test's name. */
  readonly name: string;
  /** Rejects with what was not as it has to be. */
  readonly run: () => Promise<void>;
}

interface Check {
  readonly name: string;
  readonly run: (group: AdapterGroup, bench: AdapterBench) => Promise<void>;
}

/** What has to hold of every adapter. @param create makes a bench; one is made for each behaviour, and ended behind it. */
export function adapterConformance(create: () => AdapterBench | Promise<AdapterBench>): readonly AdapterBehaviour[] {
  return checks.map(({ name, run }) => ({
    name,
    run: async () => {
      const bench = await create();
      try {
        await run(new AdapterGroup(bench), bench);
      } finally {
        await bench.end();
      }
    },
  }));
}

const checks: readonly Check[] = [
  {
    name: "carries bytes to all others, in order, and never back",
    run: async (_group, bench) => {
      const adapters = [bench.adapter(), bench.adapter(), bench.adapter()] as const;
      const heard: Uint8Array[][] = [[], [], []];
      await Promise.all(adapters.map(async (adapter, index) => adapter.open((data) => heard[index]?.push(data))));
      const said = [0, 1, 255, 256, 65_536, 1_000_000].map((size) => new Uint8Array(size).map((_, at) => at % 256));
      for (const data of said) await adapters[0].publish(data);
      for (let number = 0; number < 200; number++) void adapters[0].publish(new Uint8Array([number]));
      const wanted = [...said, ...Array.from({ length: 200 }, (_, number) => new Uint8Array([number]))];
      await until("all was heard", () => heard[1]?.length === wanted.length && heard[2]?.length === wanted.length);
      same(heard[0]?.length, 0, "the own server hears nothing");
      for (const one of [heard[1], heard[2]]) {
        same(
          one?.every((data, index) => equal(data, wanted[index])),
          true,
          "what was heard is what was said, in order",
        );
      }
      await Promise.all(adapters.map(async (adapter) => adapter.close()));
    },
  },
  {
    name: "brings an event to the sockets of all servers, each once",
    run: async (group) => {
      const [a, b, c] = await three(group);
      const clients = await Promise.all([a, a, b, c].map((place) => group.connect(place)));
      const heard = clients.map((client) => hears(client, "n"));
      a.server.emit("n", 1, "é\u2028", { deep: [null, true] });
      b.server.emit("n", 2);
      await until("all have heard both", () => heard.every((events) => events.length === 2));
      for (const events of heard)
        same(
          events.find(([first]) => first === 1),
          [1, "é\u2028", { deep: [null, true] }],
          "it",
        );
    },
  },
  {
    name: "carries binary arguments at any depth",
    run: async (group) => {
      const [a, b] = await three(group);
      const heard = hears(await group.connect(b), "n");
      a.server.emit("n", { deep: [new Uint8Array([0, 255, 128])] }, "\0text");
      b.server.emit("n", "last");
      await until("it was heard", () => heard.length === 2);
      const [given] = heard.find(([first]) => first !== "last") ?? [];
      const bytes = (given as { deep: Uint8Array[] } | undefined)?.deep[0];
      same([...(bytes ?? [])], [0, 255, 128], "the bytes");
    },
  },
  {
    name: "finds rooms on all servers, leaves out exceptions, and stays local where it is told to",
    run: async (group) => {
      const [a, b] = await three(group);
      const [one, two, three_] = [await group.connect(a), await group.connect(b), await group.connect(b)];
      const heard = [one, two, three_].map((client) => hears(client, "n"));
      a.server.sockets.get(one.id)?.join("red");
      b.server.sockets.get(two.id)?.join("red");
      b.server.sockets.get(three_.id)?.join("red");
      a.server.to("red").except(three_.id).emit("n", "red");
      a.server.local.emit("n", "local");
      a.server.to("nobody").emit("n", "nobody");
      a.server.emit("n", "end");
      await until("all have heard the end", () => heard.every((events) => events.at(-1)?.[0] === "end"));
      same(heard, [[["red"], ["local"], ["end"]], [["red"], ["end"]], [["end"]]], "who heard what");
    },
  },
  {
    name: "keeps the order of what one server says",
    run: async (group) => {
      const [a, b] = await three(group);
      const heard = hears(await group.connect(b), "n");
      for (let number = 0; number < 500; number++) a.server.emit("n", number);
      await until("all was heard", () => heard.length === 500);
      same(
        heard.every(([number], index) => number === index),
        true,
        "the order",
      );
    },
  },
  {
    name: "collects answers from the sockets of all servers, with no time limit",
    run: async (group) => {
      const [a, b, c] = await three(group);
      const clients = await Promise.all([a, b, b, c].map((place) => group.connect(place)));
      for (const [index, client] of clients.entries()) client.on("ask", (given) => [given, index]);
      const answers = await a.server.emitWithAck("ask", "it");
      same(
        sorted(answers),
        [0, 1, 2, 3].map((index) => ["it", index]),
        "the answers",
      );
    },
  },
  {
    name: "collects the answers that come in time, and ignores the others",
    run: async (group) => {
      const [a, b, c] = await three(group);
      const clients = await Promise.all([a, b, c].map((place) => group.connect(place)));
      let answer: (value: unknown) => void = () => undefined;
      clients[0]?.on("ask", () => "a");
      clients[1]?.on("ask", () => "b");
      clients[2]?.on("ask", () => new Promise((resolve) => (answer = resolve)));
      const failure = await failed(a.server.timeout(500).emitWithAck("ask"));
      same([failure["code"], sorted(answersOf(failure))], ["not_acknowledged", ["a", "b"]], "the failure");
      answer("late");
      same(await a.server.to(clients[1]?.id ?? "").emitWithAck("ask"), ["b"], "the next answers");
      same(
        [a, b, c].flatMap(({ errors }) => errors),
        [],
        "what was reported",
      );
    },
  },
  {
    name: "waits for no answer of a socket that goes, or of a server that ends",
    run: async (group) => {
      const [a, b, c] = await three(group);
      const clients = await Promise.all([a, b, c].map((place) => group.connect(place)));
      clients[0]?.on("ask", () => "a");
      const asked = [hears(clients[1], "ask"), hears(clients[2], "ask")];
      const answers = a.server.emitWithAck("ask");
      await until("both were asked", () => asked.every((events) => events.length === 1));
      b.server.disconnectSockets(true);
      await c.server.close({ timeoutMs: 0 });
      same(
        (await answers).filter((answer) => answer !== null),
        ["a"],
        "the answers",
      );
    },
  },
  {
    name: "waits for nothing of a server that died",
    run: async (group) => {
      const [a, b, c] = await three(group);
      const clients = await Promise.all([a, b, c].map((place) => group.connect(place)));
      clients[0]?.on("ask", () => "a");
      clients[1]?.on("ask", () => "b");
      c.tap.cut();
      const answers = await a.server.emitWithAck("ask");
      same(sorted(answers), ["a", "b"], "the answers");
      await until("both know of each other alone", () => a.server.serverCount === 2 && b.server.serverCount === 2);
      same((await a.server.fetchSockets()).length, 2, "how many sockets there are");
    },
  },
  {
    name: "finds the sockets of all servers",
    run: async (group) => {
      const [a, b] = await three(group);
      const [one, two] = [await group.connect(a), await group.connect(b)];
      const socket = b.server.sockets.get(two.id);
      if (socket) socket.data = { name: "Ada", bytes: new Uint8Array([1, 2]) };
      socket?.join("red");
      const all = await a.server.fetchSockets();
      same(all.map(({ id }) => id).sort(), [one.id, two.id].sort(), "who there is");
      const [found, ...others] = await a.server.to("red").fetchSockets();
      same(
        [others.length, found?.id, [...(found?.rooms ?? [])].sort()],
        [0, two.id, [two.id, "red"].sort()],
        "who was found",
      );
      same((found?.data as { name?: string } | undefined)?.name, "Ada", "what is kept with it");
      same(
        [...((found?.data as { bytes?: Uint8Array } | undefined)?.bytes ?? [])],
        [1, 2],
        "the bytes that are kept with it",
      );
      same(typeof found?.handshake.address, "string", "where it came from");
      two.on("ask", (given) => [given, "yes"]);
      same(await found?.emitWithAck("ask", 1), [1, "yes"], "what it answers");
    },
  },
  {
    name: "finds a socket with which something is kept that cannot be sent",
    run: async (group) => {
      const [a, b] = await three(group);
      const { id } = await group.connect(b);
      const cyclic: Record<string, unknown> = {};
      cyclic["self"] = cyclic;
      const socket = b.server.sockets.get(id);
      if (socket) socket.data = cyclic;
      same(
        (await a.server.fetchSockets()).map((found) => [found.id, found.data]),
        [[id, {}]],
        "who was found",
      );
      same(b.errors.length, 1, "how much was reported");
    },
  },
  {
    name: "brings sockets of all servers into rooms, out of them, and to their end",
    run: async (group) => {
      const [a, b] = await three(group);
      const { id } = await group.connect(b);
      const socket = b.server.sockets.get(id);
      a.server.socketsJoin(["red", "blue"]);
      a.server.to("red").socketsLeave("blue");
      await until("it is in one of them", () => socket?.rooms.has("red") === true && !socket.rooms.has("blue"));
      a.server.to("red").disconnectSockets(true);
      await until("it is gone", () => b.server.sockets.size === 0);
    },
  },
  {
    name: "lets servers speak to each other, with answers and without",
    run: async (group) => {
      const [a, b, c] = await three(group);
      const heard: unknown[] = [];
      for (const [index, { server }] of [a, b, c].entries()) {
        server.on("moved", (...args: unknown[]) => void heard.push([index, args[0]]));
        server.on("count", (by: number) => Promise.resolve(by * index));
        server.on("failing", () => Promise.reject(new Error("on purpose")));
      }
      a.server.serverSideEmit("moved", { shard: 7 });
      same(sorted(await a.server.serverSideEmitWithAck("count", 10)), [10, 20], "the answers");
      await until("both have heard", () => heard.length === 2);
      same(
        sorted(heard),
        [1, 2].map((index) => [index, { shard: 7 }]),
        "what was heard",
      );
      same(await a.server.serverSideEmitWithAck("nobody listens"), [], "no answers");
      same(await a.server.serverSideEmitWithAck("failing"), [], "no answers of those that fail");
      same([b.errors.length, c.errors.length], [1, 1], "what was reported");
    },
  },
  {
    name: "says which servers did not answer in time",
    run: async (group) => {
      const [a, b] = await three(group);
      b.server.on("count", () => new Promise(() => undefined));
      const failure = await failed(a.server.serverSideEmitWithAck("count"));
      same([failure["code"], answersOf(failure)], ["not_acknowledged", []], "the failure");
    },
  },
  {
    name: "reports what it cannot read, and goes on",
    run: async (group) => {
      const [a, b] = await three(group);
      const heard = hears(await group.connect(b), "n");
      a.server.emit("n", 1);
      await until("it was heard", () => heard.length === 1);
      const whole = a.tap.last ?? new Uint8Array();
      const broken = [new Uint8Array(), new Uint8Array([9, 0]), new Uint8Array([1, 0, 255]), whole.slice(0, -3)];
      for (const data of broken) await a.tap.say(data);
      a.server.emit("n", 2);
      await until("the next was heard", () => heard.length === 2);
      same(b.errors.length, broken.length, "how much was reported");
      same(
        b.errors.every((error) => (error as { code?: string }).code === "malformed_envelope"),
        true,
        "what was reported",
      );
    },
  },
];

async function three(group: AdapterGroup): Promise<[Place, Place, Place]> {
  return (await group.start(3)) as [Place, Place, Place];
}
