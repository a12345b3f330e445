// What transports report, written down; and an environment whose network is whatever a test puts there.

import type { CloseCause, ConnectionListener, Packet, Request } from "@wireway/protocol";
import { FakeClock } from "@wireway/testkit";
import type { ClientEnvironment } from "../src/platform.ts";

export type Report =
  | { readonly received: readonly Packet[] }
  | { readonly settled: Request; readonly answer: readonly Packet[] | undefined }
  | { readonly closed: CloseCause };

export class Recorder implements ConnectionListener {
  readonly reports: Report[] = [];

  received(packets: readonly Packet[]): void {
    this.reports.push({ received: packets });
  }

  settled(request: Request, answer: readonly Packet[] | undefined): void {
    this.reports.push({ settled: request, answer });
  }

  closed(cause: CloseCause): void {
    this.reports.push({ closed: cause });
  }
}

export const url: URL = new URL("https://server.test/wireway/?room=1");

export interface TestEnvironment extends ClientEnvironment {
  readonly clock: FakeClock;
}

export function environmentWith(parts: Partial<ClientEnvironment>): TestEnvironment {
  const unused = (): never => {
    throw new Error("not in this test");
  };
  return {
    random: () => 0.5,
    baseUrl: undefined,
    fetch: unused,
    openWebSocket: unused,
    openEventStream: unused,
    watch: () => () => undefined,
    storage: () => undefined,
    today: () => 0,
    style: { headers: { "x-test": "1" }, credentials: "include", maxMessageBytes: 1_000 },
    ...parts,
    clock: new FakeClock(),
  };
}

/** Lets promises and what they deferred happen. */
export async function settle({ clock }: TestEnvironment): Promise<void> {
  for (let turn = 0; turn < 4; turn++) {
    await new Promise((resolve) => setImmediate(resolve));
    clock.advance(0);
  }
}

export const open: Packet = { type: "open", data: '{"received":0}' };
export const text = (data: string): Packet => ({ type: "message", data });
