// Opens the way of a row in front of a server, and counts what goes by. The weather is for the application's traffic: the
// page of a browser's client, and whatever else is at the server, come through as if there were none.

import { createProxy, type HostileProxy, type ProxyCounters, type Weather } from "@wireway/testkit";
import type { Row } from "./row.ts";

/** What is under this path is a page's, and no weather's. */
export const pagePath = "/page/";

/** How long WebSockets' openings are counted. */
const countedMs = 25_000;

export interface Way {
  /** Without a slash at the end. */
  readonly url: string;
  /** Undefined where something else than the testkit's proxy is in the way. */
  readonly proxy: HostileProxy | undefined;
  /** WebSockets that were opened through it in its first 25 seconds. */
  readonly openings: number;
  /** When which request's connection was cut for being idle. */
  readonly idleCuts: readonly string[];
  readonly counters: Readonly<ProxyCounters> | undefined;
  cut(): Promise<void>;
  close(): Promise<void>;
}

export interface WayOptions {
  /** Where the server is, as `127.0.0.1:54321`. */
  readonly target: string;
  /** The address to listen on. @default "127.0.0.1" */
  readonly host?: string;
  /** What chance is. @default 1 */
  readonly seed?: number;
}

export async function openWay({ way }: Pick<Row, "way">, options: WayOptions): Promise<Way> {
  if (typeof way !== "function") return await openWeatheredWay(way, options);
  const started = await way(options.target);
  return {
    url: started.url,
    proxy: undefined,
    openings: 0,
    idleCuts: [],
    counters: undefined,
    cut: async () => await started.cut?.(),
    close: () => started.close(),
  };
}

/** What a bare WebSocket has to go through for a fair comparison: the same proxy, as slow as the row's. */
export async function openBareWay({ way }: Pick<Row, "way">, options: WayOptions, isSlow: boolean): Promise<Way> {
  const latencyMs = typeof way !== "function" && isSlow ? (way.latencyMs ?? 0) : 0;
  return await openWeatheredWay({ latencyMs }, options);
}

async function openWeatheredWay(weather: Partial<Weather>, options: WayOptions): Promise<Way> {
  const { target, host = "127.0.0.1", seed = 1 } = options;
  const { hostname, port } = new URL(`http://${target}`);
  const proxy = await createProxy({
    target: { host: hostname, port: Number(port) },
    host,
    seed,
    weather,
    only: (path) => !path.startsWith(pagePath),
  });
  const openedAtMs = performance.now();
  let openings = 0;
  const idleCuts: string[] = [];
  proxy.on("upgraded", () => {
    if (performance.now() - openedAtMs <= countedMs) openings++;
  });
  proxy.on("cut", ({ reason, path }) => {
    if (reason === "idle") idleCuts.push(`${Math.round(performance.now() - openedAtMs)} ms ${path}`);
  });
  return {
    url: proxy.url,
    proxy,
    get openings() {
      return openings;
    },
    idleCuts,
    get counters() {
      return proxy.counters;
    },
    cut: async () => void proxy.cut(),
    close: () => proxy.close(),
  };
}
