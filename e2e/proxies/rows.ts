// What real proxies put in the way, one row each: how to start the proxy, and what the client has to make of it on its
// default options. Tests in Node and in browsers run over the same rows.

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
import { squidCutsIdle, squidPassesUpgrades, squidRefusesUpgrades, squidSite, startSquid } from "./squid.ts";

export interface ProxyRow {
  readonly name: string;
  /** @param target what the proxy stands in front of, as `127.0.0.1:54321` */
  readonly start: (target: string) => Promise<RealProxy & { cut?: () => Promise<void> }>;
  /** Which transport has to serve in the end. */
  readonly transport: "websocket" | "streaming" | "polling";
  /** How long the first message may take beyond three round trips. */
  readonly firstMessageMs: number;
  /** How often the proxy is told to cut everything, where it is. */
  readonly cutEveryMs?: number;
  /** How many messages the client sends at once every second, where many make the difference. */
  readonly burst?: number;
  /** What the proxy's error log says when it got in the way, where nothing else shows that it did. */
  readonly complaint?: RegExp;
}

/** What it does passes by, or comes and goes, so that which transport serves in the end is a matter of when. */
export type PassingRow = Omit<ProxyRow, "transport">;

/** A refusal is seen at once, and so is a stream that flows. */
const atOnce = 100;
/** A stream is held, or a message kept back for the 200 ms that Linux waits for more to send along. */
const afterHedge = 1_000;

export const proxyRows: readonly ProxyRow[] = [
  {
    name: "nginx passes upgrades",
    start: (target) => startNginx(target, nginxSite(nginxPassesUpgrades())),
    transport: "websocket",
    firstMessageMs: atOnce,
  },
  {
    name: "nginx with proxy_pass alone speaks HTTP/1.0 and strips upgrades",
    start: (target) => startNginx(target, nginxSite()),
    transport: "streaming",
    firstMessageMs: atOnce,
  },
  {
    name: "nginx refuses upgrades with 403",
    start: (target) => startNginx(target, nginxSite(nginxSpeaksHttp11(), nginxRefusesUpgrades(403))),
    transport: "streaming",
    firstMessageMs: atOnce,
  },
  {
    name: "nginx refuses upgrades with 400",
    start: (target) => startNginx(target, nginxSite(nginxSpeaksHttp11(), nginxRefusesUpgrades(400))),
    transport: "streaming",
    firstMessageMs: atOnce,
  },
  {
    name: "nginx answers upgrades with 502",
    start: (target) => startNginx(target, nginxSite(nginxSpeaksHttp11(), nginxLosesUpgrades())),
    transport: "streaming",
    firstMessageMs: atOnce,
  },
  {
    name: "nginx buffers whole responses",
    start: (target) => startNginx(target, nginxSite(nginxHoldsResponses())),
    transport: "polling",
    firstMessageMs: afterHedge,
  },
  {
    name: "nginx compresses every response",
    start: (target) => startNginx(target, nginxSite(nginxSpeaksHttp11(), nginxGzipsEverything())),
    transport: "streaming",
    firstMessageMs: atOnce,
  },
  {
    name: "nginx strips upgrades and takes bodies of 1 kB at most",
    start: (target) => startNginx(target, nginxSite(nginxSpeaksHttp11(), nginxLimitsBodies("1k"))),
    transport: "streaming",
    firstMessageMs: atOnce,
    burst: 200,
    complaint: /too large body/,
  },
  {
    name: "haproxy passes everything",
    start: (target) => startHaproxy(target, haproxySite()),
    transport: "websocket",
    firstMessageMs: atOnce,
  },
  {
    name: "haproxy refuses upgrades with 403 and delays what streams",
    start: (target) => startHaproxy(target, haproxySite(haproxyRefusesUpgrades(403))),
    transport: "streaming",
    firstMessageMs: afterHedge,
  },
  {
    name: "haproxy refuses upgrades with 400 and delays nothing",
    start: (target) => startHaproxy(target, haproxySite(haproxyRefusesUpgrades(400), haproxyDelaysNothing())),
    transport: "streaming",
    firstMessageMs: atOnce,
  },
  {
    name: "haproxy strips upgrades and waits for whole bodies both ways",
    start: (target) =>
      startHaproxy(target, haproxySite(haproxyStripsUpgrades(), haproxyHoldsResponses(), haproxyHoldsRequests())),
    transport: "polling",
    firstMessageMs: afterHedge,
  },
  {
    name: "haproxy strips upgrades and compresses",
    start: (target) =>
      startHaproxy(target, haproxySite(haproxyStripsUpgrades(), haproxyGzipsEverything(), haproxyDelaysNothing())),
    transport: "streaming",
    firstMessageMs: atOnce,
  },
  {
    name: "squid strips upgrades",
    start: (target) => startSquid(target, squidSite()),
    transport: "streaming",
    firstMessageMs: atOnce,
  },
  {
    name: "squid passes upgrades",
    start: (target) => startSquid(target, squidSite(squidPassesUpgrades())),
    transport: "websocket",
    firstMessageMs: atOnce,
  },
  {
    name: "squid denies upgrades",
    start: (target) => startSquid(target, squidSite(squidRefusesUpgrades())),
    transport: "streaming",
    firstMessageMs: atOnce,
  },
  {
    name: "apache passes upgrades",
    start: (target) => startApache(target, apacheSite(apachePassesUpgrades())),
    transport: "websocket",
    firstMessageMs: atOnce,
  },
  {
    name: "apache strips upgrades and compresses every response",
    start: (target) => startApache(target, apacheSite(apacheGzipsEverything())),
    transport: "streaming",
    firstMessageMs: atOnce,
  },
  {
    name: "caddy passes upgrades",
    start: (target) => startCaddy(target, caddySite()),
    transport: "websocket",
    firstMessageMs: atOnce,
  },
  {
    name: "caddy strips upgrades and compresses",
    start: (target) => startCaddy(target, caddySite(caddyStripsUpgrades(), caddyCompresses())),
    transport: "streaming",
    firstMessageMs: atOnce,
  },
];

/** Connections are cut in the middle of traffic. */
export const cuttingRows: readonly PassingRow[] = [
  {
    name: "haproxy cuts every connection every two seconds",
    start: (target) => startHaproxy(target, haproxySite()),
    firstMessageMs: atOnce,
    cutEveryMs: 2_000,
  },
  {
    name: "haproxy strips upgrades and cuts every response every two seconds",
    start: (target) => startHaproxy(target, haproxySite(haproxyStripsUpgrades(), haproxyDelaysNothing())),
    firstMessageMs: atOnce,
    cutEveryMs: 2_000,
  },
];

/** Connections end when nothing has passed for five seconds. */
export const idleRows: readonly PassingRow[] = [
  {
    name: "nginx cuts an idle WebSocket",
    start: (target) => startNginx(target, nginxSite(nginxPassesUpgrades(), nginxCutsIdle(5))),
    firstMessageMs: atOnce,
  },
  {
    name: "nginx cuts an idle stream",
    start: (target) => startNginx(target, nginxSite(nginxSpeaksHttp11(), nginxCutsIdle(5))),
    firstMessageMs: atOnce,
  },
  {
    name: "nginx holds streams and cuts idle polls",
    start: (target) => startNginx(target, nginxSite(nginxHoldsResponses(), nginxCutsIdle(5))),
    firstMessageMs: afterHedge,
  },
  {
    name: "haproxy cuts an idle WebSocket",
    start: (target) => startHaproxy(target, haproxySite(haproxyCutsIdle(5))),
    firstMessageMs: atOnce,
  },
  {
    name: "haproxy cuts an idle stream",
    start: (target) => startHaproxy(target, haproxySite(haproxyStripsUpgrades(), haproxyCutsIdle(5))),
    firstMessageMs: afterHedge,
  },
  {
    name: "haproxy holds streams and cuts idle polls",
    start: (target) =>
      startHaproxy(target, haproxySite(haproxyStripsUpgrades(), haproxyHoldsResponses(), haproxyCutsIdle(5))),
    firstMessageMs: afterHedge,
  },
  {
    name: "squid cuts an idle WebSocket",
    start: (target) => startSquid(target, squidSite(squidPassesUpgrades(), squidCutsIdle(5))),
    firstMessageMs: atOnce,
  },
  {
    name: "squid cuts an idle stream",
    start: (target) => startSquid(target, squidSite(squidCutsIdle(5))),
    firstMessageMs: atOnce,
  },
];
