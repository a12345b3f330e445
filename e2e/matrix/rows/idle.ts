// Ways that cut what is idle, as most proxies do after a minute; here after 4.5 seconds. Some talk, and a longer silence, in
// turns: what was cut a few times has to be kept from being idle from then on.

import type { Weather } from "@wireway/testkit";
import type { Row, Traffic } from "../row.ts";

const inTurns: Traffic = { forMs: 48_000, everyMs: 50, rhythm: { talkMs: 1_000, quietMs: 7_000 } };
const idle: Partial<Weather> = { idleCutMs: 4_500 };
const idleCuts = { least: 1, most: 3 } as const;

export const idleRows: readonly Row[] = [
  {
    name: "WebSockets are cut when they are idle for 4.5 s",
    way: idle,
    start: { ms: 100, roundTrips: 3, beyond: "machine" },
    traffic: inTurns,
    expect: { transport: "websocket", idleCuts },
  },
  {
    name: "streams are cut when they are idle for 4.5 s, upgrades are refused",
    way: { ...idle, upgrade: { refuse: 403 } },
    start: { ms: 100, roundTrips: 3, beyond: "machine" },
    traffic: inTurns,
    expect: { transport: "streaming", idleCuts },
  },
  {
    name: "polls are cut when they are idle for 4.5 s, upgrades are refused and responses held until they are complete",
    way: { ...idle, upgrade: { refuse: 403 }, bufferResponses: true },
    // Not the 100 ms of the others: that streams are held has to be found out first.
    start: { ms: 1_000, roundTrips: 3, beyond: "machine" },
    traffic: inTurns,
    expect: { transport: "polling", idleCuts },
  },
];
