// Obstacles that come or go while a session lives.

import { type Row, steadyTraffic } from "../row.ts";

/** What comes back is noticed within this time. */
const noticedMs = 5_000;

export const passingRows: readonly Row[] = [
  {
    name: "a captive portal answers everything with 200 and HTML for 8 s",
    way: { captivePortal: true },
    traffic: {
      ...steadyTraffic,
      events: [{ atMs: 8_000, happen: ({ proxy }) => proxy.setWeather({ captivePortal: false }) }],
    },
    expect: { transport: "websocket", connectError: "intercepted", firstHeardMostMs: 8_000 + noticedMs },
  },
  {
    name: "upgrades are refused for 30 s and pass from then on",
    way: { upgrade: { refuse: 403 } },
    traffic: {
      forMs: 90_000,
      everyMs: 50,
      until: "websocket",
      events: [{ atMs: 30_000, happen: ({ proxy }) => proxy.setWeather({ upgrade: "pass" }) }],
    },
    expect: { transport: "websocket", silenceMostMs: 1_000 },
  },
  {
    name: "the server is down for 10 s",
    way: {},
    traffic: {
      ...steadyTraffic,
      events: [
        {
          atMs: 3_000,
          happen: ({ proxy }) => {
            proxy.setWeather({ down: true });
            proxy.cut();
          },
        },
        { atMs: 13_000, happen: ({ proxy }) => proxy.setWeather({ down: false }) },
      ],
    },
    expect: { transport: "websocket", silenceMostMs: 10_000 + noticedMs },
  },
  {
    name: "the network changes: living connections are black holes, new ones work",
    way: {},
    traffic: {
      ...steadyTraffic,
      events: [
        {
          atMs: 5_000,
          happen: ({ proxy, online }) => {
            proxy.strand();
            online();
          },
        },
      ],
    },
    expect: { silenceMostMs: noticedMs, untoldSilenceMostMs: 8_000 },
  },
];
