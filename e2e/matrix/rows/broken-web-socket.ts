// WebSockets that seem to work, or might, and do not: what only evidence finds out.

import { type Row, type StartBound, steadyTraffic } from "../row.ts";

/** The hedge's delay, and some for the machine. */
const hedged: StartBound = { ms: 350, roundTrips: 3, beyond: "machine" };
const onePerTransport: StartBound = { ms: 1_000, roundTrips: 3, beyond: "machine" };

export const swallowedRow: Row = {
  name: "upgrades are accepted and never answered",
  way: { upgrade: "swallow" },
  start: hedged,
  traffic: steadyTraffic,
  expect: { transport: "streaming" },
};

export const droppedRows: readonly Row[] = (
  [
    ["down", "frames from server to client are dropped"],
    ["up", "frames from client to server are dropped"],
    ["both", "frames both ways are dropped"],
  ] as const
).map(([starve, name]) => ({
  name: `WebSockets open, and ${name}`,
  way: { starve },
  start: hedged,
  traffic: steadyTraffic,
  expect: { transport: "streaming" },
}));

export const brokenWebSocketRows: readonly Row[] = [
  swallowedRow,
  ...droppedRows,
  {
    name: "WebSockets open and are killed after 300 ms, every time",
    way: { killAfterMs: 300 },
    start: hedged,
    traffic: steadyTraffic,
    expect: { transport: "streaming", openingsMost: 4 },
  },
  {
    name: "upgrades are refused with 403, and responses are held until they are complete",
    way: { upgrade: { refuse: 403 }, bufferResponses: true },
    start: onePerTransport,
    traffic: steadyTraffic,
    expect: { transport: "polling" },
  },
  {
    name: "upgrades are swallowed, and responses are held until they are complete",
    way: { upgrade: "swallow", bufferResponses: true },
    start: onePerTransport,
    traffic: steadyTraffic,
    expect: { transport: "polling" },
  },
];
