// One client that connects and has its first event answered, and what that took.

import type { Peer } from "../systems/system.ts";
import type { Stage } from "./scenario.ts";

export interface Newcomer {
  readonly peer: Peer;
  /** From the first SYN to the answer of the first event. */
  readonly ms: number;
  readonly readBytes: number;
  readonly writtenBytes: number;
}

/** Resolves when the event is answered and the connection is taken for good. */
export async function welcome({ client }: Stage, port: number): Promise<Newcomer> {
  const startedAt = performance.now();
  let answered = (): void => {};
  let failed: (error: Error) => void = () => {};
  const answer = new Promise<number>((resolve, reject) => {
    answered = () => resolve(performance.now() - startedAt);
    failed = reject;
  });
  const peer = await client.connect({ port, eager: true, heard: () => answered(), lost: (error) => failed(error) });
  const ms = await answer;
  const { read, written } = peer.bytes();
  return { peer, ms, readBytes: read, writtenBytes: written };
}
