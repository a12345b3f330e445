// Intermediaries that lose, double, delay and refuse HTTP requests and responses. Upgrades are refused as well, because HTTP
// would not be used otherwise; once with streams, once with polls only where the two differ.

import type { Weather } from "@wireway/testkit";
import { type Row, steadyTraffic } from "../row.ts";

const noWebSocket: Partial<Weather> = { upgrade: { refuse: 403 } };
const pollsOnly: Partial<Weather> = { ...noWebSocket, bufferResponses: true };

function lossy(what: string, weather: Partial<Weather>): Row[] {
  return [
    {
      name: `${what}, upgrades are refused`,
      way: { ...noWebSocket, ...weather },
      traffic: steadyTraffic,
      expect: {},
    },
    {
      name: `${what}, upgrades are refused and responses held until they are complete`,
      way: { ...pollsOnly, ...weather },
      traffic: steadyTraffic,
      expect: { transport: "polling" },
    },
  ];
}

export const lossyRows: readonly Row[] = [
  ...lossy("2 % of the responses are lost after the server wrote them", { loseResponses: 0.02 }),
  ...lossy("10 % of the responses are lost after the server wrote them", { loseResponses: 0.1 }),
  ...lossy("half of the requests arrive twice", { duplicateRate: 0.5 }),
  ...lossy("requests are delayed by up to 400 ms and overtake one another", { delayMs: { min: 0, max: 400 } }),
  ...lossy("half of the requests are answered with 502", { errorRate: 0.5 }).map((row) => ({
    ...row,
    // Chance decides what serves at the end, or whether anything does at that very moment.
    expect: {},
    // The first two pauses of the backoff at their shortest; a stream that is held costs what it costs elsewhere.
    start: { ms: row.expect.transport === "polling" ? 1_000 : 300, roundTrips: 3, beyond: "machine" } as const,
  })),
];
