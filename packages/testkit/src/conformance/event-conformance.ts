// What a client's socket has to do, as a list that is run wherever a client runs: in Node and in pages, over each transport
// and with each codec, against a server that was given `eventConformanceServer`. Not here: a test runner, and what only a
// server has (rooms, broadcasts, middleware).

import { acknowledgements } from "./events/acknowledgements.ts";
import { backpressure } from "./events/backpressure.ts";
import type { EventBench, EventCase, Scene, SocketLike, SocketOptions } from "./events/bench.ts";
import { contracts } from "./events/contracts.ts";
import { endings } from "./events/endings.ts";
import { failures } from "./events/failures.ts";
import { iterating } from "./events/iterating.ts";
import { joining } from "./events/joining.ts";
import { listening } from "./events/listening.ts";
import { order } from "./events/order.ts";
import { values } from "./events/values.ts";

/** What every client's socket has to do. */
export const eventConformance: readonly EventCase[] = [
  ...listening,
  ...iterating,
  ...acknowledgements,
  ...values,
  ...order,
  ...failures,
  ...joining,
  ...endings,
  ...backpressure,
  ...contracts,
];

/** The namespace that a case has to itself. */
export function namespaceOf({ name }: EventCase): string {
  return `/${name.replaceAll(/[^a-zA-Z]+/g, "-")}`;
}

/** Runs one case, and closes what it opened. @returns what was not as it has to be, or undefined. */
export async function runEventCase(one: EventCase, bench: EventBench, limitMs = 5_000): Promise<string | undefined> {
  const opened: SocketLike[] = [];
  const connect = ({ namespace = namespaceOf(one), ...options }: SocketOptions = {}): SocketLike => {
    const socket = bench.connect(namespace, options) as SocketLike;
    opened.push(socket);
    return socket;
  };
  const open = async (options?: SocketOptions): Promise<SocketLike> => {
    const socket = connect(options);
    await new Promise<void>((resolve, reject) => {
      socket.once("connect", () => resolve());
      socket.once("connect_error", reject);
    });
    return socket;
  };
  const scene: Scene = { bench, connect, open };
  let timer: ReturnType<typeof setTimeout> | undefined;
  const tooLate = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not done within ${limitMs} ms`)), limitMs);
  });
  try {
    await Promise.race([one.run(scene), tooLate]);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    clearTimeout(timer);
    await Promise.all(opened.map((socket) => socket.close()));
  }
}

/** Runs cases, so many at once, in one session that a socket of its own keeps. @returns what failed, by name. */
export async function runEventCases(
  cases: readonly EventCase[],
  bench: EventBench,
  atOnce = 1,
): Promise<Record<string, string>> {
  const keeper = bench.connect("/", {}) as SocketLike;
  const failed: Record<string, string> = {};
  const run = async (one: EventCase | undefined): Promise<void> => {
    const why = one && (await runEventCase(one, bench));
    if (one && why !== undefined) failed[one.name] = why;
  };
  const waiting = cases.filter(({ cuts }) => !cuts);
  const lane = async (): Promise<void> => {
    while (waiting.length > 0) await run(waiting.shift());
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
  // The others would lose their connections too.
  for (const one of cases.filter(({ cuts }) => cuts)) await run(one);
  await keeper.close();
  return failed;
}
