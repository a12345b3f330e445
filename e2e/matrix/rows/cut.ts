// Connections that do not live long, or seem to live on when they are dead.

import { type Row, steadyTraffic, type Traffic } from "../row.ts";

/** The confirmation that a message waits for, the answer to it, and the way back. */
const missingConfirmationMs = 8_000;

const quietAfterOneSecond: Traffic = { forMs: 27_000, everyMs: 50, rhythm: { talkMs: 1_000, quietMs: 24_000 } };

export const cutRows: readonly Row[] = [
  {
    name: "every connection is cut at random, after 2 s on average",
    way: { randomCutMs: 2_000 },
    traffic: steadyTraffic,
    clients: 4,
    expect: { medianReturnMostMs: 150 },
  },
  {
    name: "every connection is cut at random, after 2 s on average, upgrades are refused",
    way: { randomCutMs: 2_000, upgrade: { refuse: 403 } },
    traffic: steadyTraffic,
    clients: 4,
    expect: { medianReturnMostMs: 150 },
  },
  {
    name: "WebSockets freeze after 2 s while TCP stays open",
    way: { starve: "both", starveAfterMs: 2_000 },
    traffic: steadyTraffic,
    expect: { silenceMostMs: missingConfirmationMs },
  },
  {
    name: "WebSockets freeze after 2 s while TCP stays open and nobody speaks",
    way: { starve: "both", starveAfterMs: 2_000 },
    traffic: quietAfterOneSecond,
    // In the silence, by the ping that is not answered: not only by the next message.
    expect: { noticedMostMs: 24_000, silenceMostMs: missingConfirmationMs },
  },
];
