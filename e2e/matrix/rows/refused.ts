// A clear way, and ways on which nobody is let through to a WebSocket and everybody is told so at once.

import { type Row, type StartBound, steadyTraffic } from "../row.ts";

/** What JavaScript engines and a shared machine need between a message's arrival and the next line of code. */
const slackMs = 25;

export const clearRow: Row = {
  name: "nothing is in the way",
  way: {},
  start: { ms: slackMs, roundTrips: 1, beyond: "bareWebSocket" },
  traffic: steadyTraffic,
  expect: { transport: "websocket", openingsMost: 1 },
};

const atOnce: StartBound = { ms: 100, roundTrips: 3, beyond: "machine" };

const refusals: readonly Row[] = [403, 400, 426, 502].map((status) => ({
  name: `upgrades are refused with ${status}`,
  way: { upgrade: { refuse: status } },
  start: atOnce,
  traffic: steadyTraffic,
  expect: { transport: "streaming" },
}));

export const refusedRows: readonly Row[] = [
  clearRow,
  ...refusals,
  {
    name: "upgrades are answered with a reset connection",
    way: { upgrade: "reset" },
    start: atOnce,
    traffic: steadyTraffic,
    expect: { transport: "streaming" },
  },
  {
    name: "upgrades arrive as plain requests",
    way: { upgrade: "strip" },
    start: atOnce,
    traffic: steadyTraffic,
    expect: { transport: "streaming" },
  },
];
