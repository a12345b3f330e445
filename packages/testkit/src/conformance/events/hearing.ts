// How the cases wait for what a socket hears.

import type { SocketLike } from "./bench.ts";

/** The arguments of the next event of that name. */
export function next(socket: SocketLike, event: string): Promise<unknown[]> {
  return new Promise((resolve) => socket.once(event, (...args: unknown[]) => resolve(args)));
}

/** The arguments of so many events of that name, of which none is missed from now on. */
export function nexts(socket: SocketLike, event: string, count: number): Promise<unknown[][]> {
  return new Promise((resolve) => {
    const heard: unknown[][] = [];
    const stop = socket.on(event, (...args: unknown[]) => {
      if (heard.push(args) < count) return;
      stop();
      resolve(heard);
    });
  });
}

/** What went there and back before this is settled. */
export async function settled(socket: SocketLike): Promise<void> {
  await socket.emitWithAck("return", 1);
}
