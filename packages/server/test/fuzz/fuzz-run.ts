// A run: spoilt conversations with a server that lives in this process, and spoilt input for the decoders in between, one
// case a seed, until the time is up. Meanwhile a bystander is to be answered each time, and in the end the memory is back.
// The same seed makes the same case, apart from timing. Conversations are held together, so that an error which the server
// reports may belong to one that began a little earlier than the one that is told.

import type { AddressInfo } from "node:net";
import { Server, type ServerOptions, WirewayError } from "@wireway/server";
import { Random } from "@wireway/testkit";
import { heldBytes } from "../battery/memory.ts";
import { event, RawClient } from "../raw-client.ts";
import { converse, type Seen } from "./conversations.ts";
import { decoderCases } from "./decoders.ts";

export interface FuzzOptions {
  readonly seed: number;
  /** How long to go on. */
  readonly durationMs: number;
  /** Most cases. @default Infinity */
  readonly cases?: number;
  /** Conversations at a time. @default 32 */
  readonly together?: number;
  readonly progress?: (report: FuzzReport) => void;
}

export interface FuzzReport {
  readonly conversations: number;
  readonly decoded: number;
  /** Messages that the bystander was answered. */
  readonly exchanged: number;
  /** Longest that the bystander waited for an answer. */
  readonly longestWaitMs: number;
  /** Of the heap and outside of it, after a collection. */
  readonly heldBytes: number;
  readonly rssBytes: number;
  readonly statuses: readonly number[];
}

/** All that a request may be answered with; 500 is none of them. */
const allowed = new Set([100, 101, 200, 204, 400, 403, 404, 405, 408, 413, 414, 415, 417, 426, 431, 503]);

/** What is left over is over soon, so that the memory tells of leaks and not of sessions that wait. */
const impatient: ServerOptions = {
  resumeWindowMs: 1_000,
  pingIntervalMs: 500,
  pingTimeoutMs: 500,
  connectTimeoutMs: 1_000,
  bodyTimeoutMs: 500,
  headersTimeoutMs: 1_000,
  maxMessageBytes: 65_536,
  maxBodyBytes: 131_072,
  maxUnconfirmedBytes: 262_144,
};

const decodedEach = 20;

/** @throws the first broken promise, with the seed of its case. */
export async function fuzz(options: FuzzOptions): Promise<{ readonly before: FuzzReport; readonly after: FuzzReport }> {
  const { seed, durationMs, cases = Number.POSITIVE_INFINITY, together = 32, progress } = options;
  const wireway = new Server(impatient);
  const server = await wireway.listen(0, "127.0.0.1");
  const { port } = server.address() as AddressInfo;
  const failures: unknown[] = [];
  const seen: Seen = { statuses: new Set(), internal: false };
  wireway.on("error", (error) => {
    // The application says what it was told to say, and that may be too deep or too large to be said.
    if (!(error instanceof WirewayError && error.fault === "local")) failures.push(error);
  });
  wireway.of("/other").on("connection", () => undefined);
  wireway.on("connection", (socket) => {
    socket.on(
      "echo",
      (...values: unknown[]) => void socket.emit("echo", ...values.filter((one) => typeof one !== "function")),
    );
    socket.on("answer", (...values: unknown[]) => values.slice(0, -1));
    socket.on("join", (room: unknown) => socket.join(String(room)));
  });
  const bystander = new Bystander(await RawClient.join(`http://127.0.0.1:${port}/wireway/`, "websocket"));
  let conversations = 0;
  const report = (): FuzzReport => ({
    conversations,
    decoded: conversations * decodedEach,
    exchanged: bystander.exchanged,
    longestWaitMs: Math.round(bystander.longestWaitMs),
    heldBytes: heldBytes(),
    rssBytes: process.memoryUsage.rss(),
    statuses: [...seen.statuses].sort((one, other) => one - other),
  });
  let endMs = 0;
  const isOver = (): boolean => performance.now() >= endMs || conversations >= cases;
  const work = async (): Promise<void> => {
    while (!isOver()) {
      const own = seed + conversations++;
      const random = new Random(own);
      try {
        for (let count = 0; count < decodedEach; count++) random.pick(Object.values(decoderCases))(random.fork());
        await converse(random, port, seen);
        check(failures, seen);
      } catch (error) {
        throw new Error(`seed ${own}, or one of the ${together} before it: ${String(error)}`, { cause: error });
      }
    }
  };
  const listening = bystander.exchange();
  // A failure is told when it is waited for.
  listening.catch(() => undefined);
  try {
    // What the engine compiles and keeps for good is in the first figures already.
    const early = Array.from({ length: 100 }, (_, index) => converse(new Random(seed - 1 - index), port, seen));
    await Promise.all(early);
    await settled(wireway);
    const before = report();
    endMs = performance.now() + durationMs;
    const watch = setInterval(() => progress?.(report()), 30_000);
    await Promise.all(Array.from({ length: together }, work)).finally(() => clearInterval(watch));
    await settled(wireway);
    check(failures, seen);
    const after = report();
    bystander.leave();
    await listening;
    return { before, after };
  } finally {
    bystander.leave();
    await wireway.close({ timeoutMs: 0 });
  }
}

function check(failures: readonly unknown[], { statuses, internal }: Seen): void {
  if (failures.length > 0) throw new Error("the server reported an error", { cause: failures[0] });
  if (internal) throw new Error("an answer spoke of an internal error");
  for (const status of statuses) if (!allowed.has(status)) throw new Error(`a request was answered with ${status}`);
  if (Object.keys(Object.prototype).length > 0 || Reflect.has({}, "polluted"))
    throw new Error("a prototype was polluted");
}

/** When nobody but the bystander is left, and the timers of the others have come round. */
async function settled(wireway: Server): Promise<void> {
  const untilMs = performance.now() + 10_000;
  while (wireway.sockets.size > 1 && performance.now() < untilMs) await pause(100);
  if (wireway.sockets.size > 1) throw new Error(`${wireway.sockets.size - 1} sockets were left`);
  // A timer of an ended session is let go when the wheel has come round, which takes longer than any time limit here.
  await pause(3_000);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, ms));
}

class Bystander {
  exchanged = 0;
  longestWaitMs = 0;
  readonly #client: RawClient;
  #stays = true;

  constructor(client: RawClient) {
    this.#client = client;
  }

  /** Until it leaves. @throws when an answer is not the one to what was said. */
  async exchange(): Promise<void> {
    const client = this.#client;
    while (this.#stays) {
      const number = this.exchanged + 1;
      const askedMs = performance.now();
      await client.say({ type: "noop", data: String(client.received) }, event("echo", number));
      const [, answer] = await client.hearEvent();
      if (answer !== number) throw new Error(`the bystander said ${number} and heard ${String(answer)}`);
      this.exchanged = number;
      this.longestWaitMs = Math.max(this.longestWaitMs, performance.now() - askedMs);
      await pause(10);
    }
    client.drop();
  }

  leave(): void {
    this.#stays = false;
  }
}
