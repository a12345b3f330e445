// A run: spoilt conversations with a server that lives in this process, and spoilt input for the decoders in between, one
// case a seed, until the time is up. Meanwhile a bystander is to be answered each time, and in the end the memory is back.
// The same seed makes the same case, apart from timing. Conversations are held together, so that an error which the server
// reports may belong to one that began a little earlier than the one that is told.

import { Refusal, type ServerOptions } from "@wireway/server";
import { Random } from "@wireway/testkit";
import { heldBytes } from "../battery/memory.ts";
import { converse, type Seen } from "./conversations.ts";
import { decoderCases } from "./decoders.ts";
import { Scene } from "./scene.ts";

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
  pingIntervalMs: 1_000,
  // Enough for a bystander on a busy machine.
  pingTimeoutMs: 4_000,
  connectTimeoutMs: 1_000,
  bodyTimeoutMs: 500,
  headersTimeoutMs: 1_000,
  maxMessageBytes: 65_536,
  maxBodyBytes: 131_072,
  maxUnconfirmedBytes: 262_144,
};

/** Half of the conversations are held with a server that has everything in front of its sockets that there is. */
const guarded: ServerOptions = {
  ...impatient,
  cookiesWithoutOrigin: true,
  authenticate: async ({ headers }, auth) => {
    await Promise.resolve();
    if (auth["user"] === "") throw new Refusal("unknown_user");
    return { user: headers.cookie ?? "a guest" };
  },
  context: ({ url }) => ({ url }),
  sessionMessagesPerSecond: 100,
  addressBytesPerSecond: 100_000_000,
};

const decodedEach = 20;

/** @throws the first broken promise, with the seed of its case. */
export async function fuzz(options: FuzzOptions): Promise<{ readonly before: FuzzReport; readonly after: FuzzReport }> {
  const { seed, durationMs, cases = Number.POSITIVE_INFINITY, together = 32, progress } = options;
  const scenes = [await Scene.open(impatient), await Scene.open(guarded)];
  const seen: Seen = { statuses: new Set(), internal: false };
  let conversations = 0;
  const report = (): FuzzReport => ({
    conversations,
    decoded: conversations * decodedEach,
    exchanged: scenes.reduce((sum, { bystander }) => sum + bystander.exchanged, 0),
    longestWaitMs: Math.round(Math.max(...scenes.map(({ bystander }) => bystander.longestWaitMs))),
    heldBytes: heldBytes(),
    rssBytes: process.memoryUsage.rss(),
    statuses: [...seen.statuses].sort((one, other) => one - other),
  });
  let endMs = 0;
  const isOver = (): boolean => performance.now() >= endMs || conversations >= cases;
  const converseOnce = (random: Random): Promise<void> => converse(random, random.pick(scenes).port, seen);
  const work = async (): Promise<void> => {
    while (!isOver()) {
      const own = seed + conversations++;
      const random = new Random(own);
      try {
        for (let count = 0; count < decodedEach; count++) random.pick(Object.values(decoderCases))(random.fork());
        await converseOnce(random);
        check(scenes, seen);
      } catch (error) {
        throw new Error(`seed ${own}, or one of the ${together} before it: ${String(error)}`, { cause: error });
      }
    }
  };
  try {
    // What the engine compiles and keeps for good is in the first figures already.
    await Promise.all(Array.from({ length: 100 }, (_, index) => converseOnce(new Random(seed - 1 - index))));
    await Promise.all(scenes.map((scene) => scene.settled()));
    const before = report();
    endMs = performance.now() + durationMs;
    const watch = setInterval(() => progress?.(report()), 30_000);
    await Promise.all(Array.from({ length: together }, work)).finally(() => clearInterval(watch));
    await Promise.all(scenes.map((scene) => scene.settled()));
    check(scenes, seen);
    const after = report();
    for (const { bystander } of scenes) {
      bystander.leave();
      await bystander.exchanging;
    }
    return { before, after };
  } finally {
    for (const scene of scenes) await scene.close();
  }
}

function check(scenes: readonly Scene[], { statuses, internal }: Seen): void {
  for (const { failures, bystander } of scenes) {
    if (bystander.failure) throw new Error("the bystander was disturbed", { cause: bystander.failure });
    if (failures.length > 0) throw new Error("the server reported an error", { cause: failures[0] });
  }
  if (internal) throw new Error("an answer spoke of an internal error");
  for (const status of statuses) if (!allowed.has(status)) throw new Error(`a request was answered with ${status}`);
  if (Object.keys(Object.prototype).length > 0 || Reflect.has({}, "polluted"))
    throw new Error("a prototype was polluted");
}
