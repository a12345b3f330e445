// What real proxies put in the way, one row each: how to start the proxy, and what the client has to make of it on its
// default options. They are rows of the matrix, so that whoever runs that, in Node or in browsers, can run these too.

import { type Row, type StartBound, steadyTraffic, type Traffic } from "../matrix/row.ts";
import { apacheGzipsEverything, apachePassesUpgrades, apacheSite, startApache } from "./apache.ts";
import { caddyCompresses, caddySite, caddyStripsUpgrades, startCaddy } from "./caddy.ts";
import {
  haproxyCutsIdle,
  haproxyDelaysNothing,
  haproxyGzipsEverything,
  haproxyHoldsRequests,
  haproxyHoldsResponses,
  haproxyRefusesUpgrades,
  haproxySite,
  haproxyStripsUpgrades,
  startHaproxy,
} from "./haproxy.ts";
import {
  nginxCutsIdle,
  nginxGzipsEverything,
  nginxHoldsResponses,
  nginxLimitsBodies,
  nginxLosesUpgrades,
  nginxPassesUpgrades,
  nginxRefusesUpgrades,
  nginxSite,
  nginxSpeaksHttp11,
  startNginx,
} from "./nginx.ts";
import type { RealProxy } from "./proxy-process.ts";
import {
  squidCutsIdle,
  squidForward,
  squidPassesUpgrades,
  squidRefusesUpgrades,
  squidSite,
  squidTunnelsTlsOnly,
  startSquid,
} from "./squid.ts";

/** A row of the matrix whose way is a real proxy. */
export interface ProxyRow extends Row {
  readonly way: (target: string) => Promise<RealProxy & { cut?: () => Promise<void> }>;
  readonly start: StartBound;
  readonly traffic: Traffic;
  /** The client speaks through it as a forward proxy, to the server's own address. Not for browsers, which have their own. */
  readonly forwards?: boolean;
  /** How often the proxy is told to cut everything, where it is. */
  readonly cutEveryMs?: number;
  /** How many messages the client sends at once every second, where many make the difference. */
  readonly burst?: number;
  /** What the proxy's error log says when it got in the way, where nothing else shows that it did. */
  readonly complaint?: RegExp;
}

/** A refusal is seen at once, and so is a stream that flows. */
const atOnce: StartBound = { ms: 100, roundTrips: 3, beyond: "machine" };
/** A stream is held, or a message kept back for the 200 ms that Linux waits for more to send along. */
const afterHedge: StartBound = { ms: 1_000, roundTrips: 3, beyond: "machine" };

/** Longer than the five seconds after which the idle is cut. */
const inTurns: Traffic = { forMs: 41_000, everyMs: 50, rhythm: { talkMs: 1_000, quietMs: 7_000 } };

export const proxyRows: readonly ProxyRow[] = [
  {
    name: "nginx passes upgrades",
    way: (target) => startNginx(target, nginxSite(nginxPassesUpgrades())),
    start: atOnce,
    traffic: steadyTraffic,
    expect: { transport: "websocket" },
  },
  {
    name: "nginx with proxy_pass alone speaks HTTP/1.0 and strips upgrades",
    way: (target) => startNginx(target, nginxSite()),
    start: atOnce,
    traffic: steadyTraffic,
    expect: { transport: "streaming" },
  },
  {
    name: "nginx refuses upgrades with 403",
    way: (target) => startNginx(target, nginxSite(nginxSpeaksHttp11(), nginxRefusesUpgrades(403))),
    start: atOnce,
    traffic: steadyTraffic,
    expect: { transport: "streaming" },
  },
  {
    name: "nginx refuses upgrades with 400",
    way: (target) => startNginx(target, nginxSite(nginxSpeaksHttp11(), nginxRefusesUpgrades(400))),
    start: atOnce,
    traffic: steadyTraffic,
    expect: { transport: "streaming" },
  },
  {
    name: "nginx answers upgrades with 502",
    way: (target) => startNginx(target, nginxSite(nginxSpeaksHttp11(), nginxLosesUpgrades())),
    start: atOnce,
    traffic: steadyTraffic,
    expect: { transport: "streaming" },
  },
  {
    name: "nginx buffers whole responses",
    way: (target) => startNginx(target, nginxSite(nginxHoldsResponses())),
    start: afterHedge,
    traffic: steadyTraffic,
    expect: { transport: "polling" },
  },
  {
    name: "nginx buffers responses, but passes on what comes in chunks",
    way: (target) => startNginx(target, nginxSite(nginxSpeaksHttp11(), nginxHoldsResponses())),
    start: atOnce,
    traffic: steadyTraffic,
    expect: { transport: "streaming" },
  },
  {
    name: "nginx compresses every response",
    way: (target) => startNginx(target, nginxSite(nginxSpeaksHttp11(), nginxGzipsEverything())),
    start: atOnce,
    traffic: steadyTraffic,
    expect: { transport: "streaming" },
  },
  {
    name: "nginx strips upgrades and takes bodies of 1 kB at most",
    way: (target) => startNginx(target, nginxSite(nginxSpeaksHttp11(), nginxLimitsBodies("1k"))),
    start: atOnce,
    traffic: steadyTraffic,
    expect: { transport: "streaming" },
    burst: 200,
    complaint: /too large body/,
  },
  {
    name: "haproxy passes everything",
    way: (target) => startHaproxy(target, haproxySite()),
    start: atOnce,
    traffic: steadyTraffic,
    expect: { transport: "websocket" },
  },
  {
    name: "haproxy refuses upgrades with 403 and delays what streams",
    way: (target) => startHaproxy(target, haproxySite(haproxyRefusesUpgrades(403))),
    start: afterHedge,
    traffic: steadyTraffic,
    expect: { transport: "streaming" },
  },
  {
    name: "haproxy refuses upgrades with 400 and delays nothing",
    way: (target) => startHaproxy(target, haproxySite(haproxyRefusesUpgrades(400), haproxyDelaysNothing())),
    start: atOnce,
    traffic: steadyTraffic,
    expect: { transport: "streaming" },
  },
  {
    name: "haproxy strips upgrades and waits for whole bodies both ways",
    way: (target) =>
      startHaproxy(target, haproxySite(haproxyStripsUpgrades(), haproxyHoldsResponses(), haproxyHoldsRequests())),
    start: afterHedge,
    traffic: steadyTraffic,
    expect: { transport: "polling" },
  },
  {
    name: "haproxy strips upgrades and compresses",
    way: (target) =>
      startHaproxy(target, haproxySite(haproxyStripsUpgrades(), haproxyGzipsEverything(), haproxyDelaysNothing())),
    start: atOnce,
    traffic: steadyTraffic,
    expect: { transport: "streaming" },
  },
  {
    name: "squid strips upgrades",
    way: (target) => startSquid(target, squidSite()),
    start: atOnce,
    traffic: steadyTraffic,
    expect: { transport: "streaming" },
  },
  {
    name: "squid passes upgrades",
    way: (target) => startSquid(target, squidSite(squidPassesUpgrades())),
    start: atOnce,
    traffic: steadyTraffic,
    expect: { transport: "websocket" },
  },
  {
    name: "squid denies upgrades",
    way: (target) => startSquid(target, squidSite(squidRefusesUpgrades())),
    start: atOnce,
    traffic: steadyTraffic,
    expect: { transport: "streaming" },
  },
  {
    name: "apache passes upgrades",
    way: (target) => startApache(target, apacheSite(apachePassesUpgrades())),
    start: atOnce,
    traffic: steadyTraffic,
    expect: { transport: "websocket" },
  },
  {
    name: "apache strips upgrades and compresses every response",
    way: (target) => startApache(target, apacheSite(apacheGzipsEverything())),
    start: atOnce,
    traffic: steadyTraffic,
    expect: { transport: "streaming" },
  },
  {
    name: "caddy passes upgrades",
    way: (target) => startCaddy(target, caddySite()),
    start: atOnce,
    traffic: steadyTraffic,
    expect: { transport: "websocket" },
  },
  {
    name: "caddy strips upgrades and compresses",
    way: (target) => startCaddy(target, caddySite(caddyStripsUpgrades(), caddyCompresses())),
    start: atOnce,
    traffic: steadyTraffic,
    expect: { transport: "streaming" },
  },
];

/** Connections are cut in the middle of traffic. Which transport serves in the end is a matter of when. */
export const cuttingRows: readonly ProxyRow[] = [
  {
    name: "haproxy cuts every connection every two seconds",
    way: (target) => startHaproxy(target, haproxySite()),
    start: atOnce,
    traffic: steadyTraffic,
    expect: {},
    cutEveryMs: 2_000,
  },
  {
    name: "haproxy strips upgrades and cuts every response every two seconds",
    way: (target) => startHaproxy(target, haproxySite(haproxyStripsUpgrades(), haproxyDelaysNothing())),
    start: atOnce,
    traffic: steadyTraffic,
    expect: {},
    cutEveryMs: 2_000,
  },
];

/** Connections end when nothing has passed for five seconds. */
export const idleRows: readonly ProxyRow[] = [
  {
    name: "nginx cuts an idle WebSocket",
    way: (target) => startNginx(target, nginxSite(nginxPassesUpgrades(), nginxCutsIdle(5))),
    start: atOnce,
    traffic: inTurns,
    expect: { transport: "websocket" },
  },
  {
    name: "nginx cuts an idle stream",
    way: (target) => startNginx(target, nginxSite(nginxSpeaksHttp11(), nginxCutsIdle(5))),
    start: atOnce,
    traffic: inTurns,
    expect: { transport: "streaming" },
  },
  {
    name: "nginx holds streams and cuts idle polls",
    way: (target) => startNginx(target, nginxSite(nginxHoldsResponses(), nginxCutsIdle(5))),
    start: afterHedge,
    traffic: inTurns,
    expect: { transport: "polling" },
  },
  {
    name: "haproxy cuts an idle WebSocket",
    way: (target) => startHaproxy(target, haproxySite(haproxyCutsIdle(5))),
    start: atOnce,
    traffic: inTurns,
    expect: { transport: "websocket" },
  },
  {
    name: "haproxy cuts an idle stream",
    way: (target) => startHaproxy(target, haproxySite(haproxyStripsUpgrades(), haproxyCutsIdle(5))),
    start: afterHedge,
    traffic: inTurns,
    expect: { transport: "streaming" },
  },
  {
    name: "haproxy holds streams and cuts idle polls",
    way: (target) =>
      startHaproxy(target, haproxySite(haproxyStripsUpgrades(), haproxyHoldsResponses(), haproxyCutsIdle(5))),
    start: afterHedge,
    traffic: inTurns,
    expect: { transport: "polling" },
  },
  {
    name: "squid cuts an idle WebSocket",
    way: (target) => startSquid(target, squidSite(squidPassesUpgrades(), squidCutsIdle(5))),
    start: atOnce,
    traffic: inTurns,
    expect: { transport: "websocket" },
  },
  {
    name: "squid cuts an idle stream",
    way: (target) => startSquid(target, squidSite(squidCutsIdle(5))),
    start: atOnce,
    traffic: inTurns,
    expect: { transport: "streaming" },
  },
];

export const forwardRows: readonly ProxyRow[] = [
  {
    name: "squid forwards, with tunnels to every port",
    way: (target) => startSquid(target, squidForward()),
    forwards: true,
    start: atOnce,
    traffic: steadyTraffic,
    expect: { transport: "websocket" },
  },
  {
    name: "squid forwards, with tunnels to port 443 only",
    way: (target) => startSquid(target, squidForward(squidTunnelsTlsOnly())),
    forwards: true,
    start: atOnce,
    traffic: steadyTraffic,
    expect: { transport: "streaming" },
  },
];

export const forwardIdleRows: readonly ProxyRow[] = [
  {
    name: "squid forwards, and cuts idle tunnels",
    way: (target) => startSquid(target, squidForward(squidCutsIdle(5))),
    forwards: true,
    start: atOnce,
    traffic: inTurns,
    expect: { transport: "websocket" },
  },
  {
    name: "squid forwards, with tunnels to port 443 only, and cuts idle streams",
    way: (target) => startSquid(target, squidForward(squidTunnelsTlsOnly(), squidCutsIdle(5))),
    forwards: true,
    start: atOnce,
    traffic: inTurns,
    expect: { transport: "streaming" },
  },
];
