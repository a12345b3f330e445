// `npm start` begins here: a hostile proxy on the port that people open, and behind it the server in a process of its
// own. Prints the one URL. Flags: --port=3000 (or the next free), --host=127.0.0.1, --diagnose (memory at /diagnostics).

import { parseArgs } from "node:util";
import { type ConnectionView, createProxy, type HostileProxy, type ProxyOptions } from "@wireway/testkit";
import type { Struck } from "../shared/skies.ts";
import { Keeper } from "./keeper.ts";
import { WeatherDesk } from "./weather-desk.ts";

/** How many ports are tried, the asked one first. */
const portAttempts = 50;

const { values } = parseArgs({
  options: {
    port: { type: "string", default: process.env["PORT"] ?? "3000" },
    host: { type: "string", default: "127.0.0.1" },
    diagnose: { type: "boolean", default: false },
  },
});

let proxy: HostileProxy | undefined;
let targetPort = 0;

/** Only the sockets have weather: the page and its files always load. */
const isSocketPath = (path: string): boolean => path.startsWith("/wireway/");

/** Idle connections are spared: one of them may carry the very request that changes the weather. */
function isStruck({ path, upgraded, underway }: ConnectionView, struck: Struck): boolean {
  if (!isSocketPath(path) || !underway) return false;
  switch (struck) {
    case "all":
      return true;
    case "websockets":
      return upgraded;
    case "streams":
      return /[?&]transport=(streaming|sse)\b/.test(path);
  }
}

const keeper = new Keeper({
  measurable: values.diagnose,
  onListening: (port) => {
    targetPort = port;
    proxy?.retarget({ host: "127.0.0.1", port });
    keeper.tellWeather(desk.news);
  },
  onCrash: (how) => console.error(`The server ended by itself (${how}); it is started again.`),
});

const desk = new WeatherDesk({
  setWeather: (weather) => proxy?.setWeather(weather),
  cut: (struck) => proxy?.cut((connection) => isStruck(connection, struck)) ?? 0,
  strand: () => proxy?.strand((connection) => isStruck(connection, "all")) ?? 0,
  restart: () => keeper.restart(),
  tell: (news) => keeper.tellWeather(news),
  ...(values.diagnose && {
    diagnose: async () => ({
      server: await keeper.measure(),
      proxy: { counters: proxy?.counters, connections: proxy?.connections, residentBytes: process.memoryUsage().rss },
    }),
  }),
});

async function openProxy(port: number): Promise<HostileProxy> {
  const options: ProxyOptions = {
    target: { host: "127.0.0.1", port: targetPort },
    host: values.host,
    port,
    seed: Date.now() % 2 ** 31,
    only: isSocketPath,
    intercept: (request, response) => desk.handle(request, response),
  };
  const last = port + portAttempts;
  for (let tried = port; ; tried += 1) {
    try {
      return await createProxy({ ...options, port: tried });
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (port === 0 || code !== "EADDRINUSE" || tried + 1 >= last) throw error;
    }
  }
}

let isEnding = false;
async function end(): Promise<void> {
  if (isEnding) return;
  isEnding = true;
  await Promise.all([keeper.end(), proxy?.close()]);
  process.exit(0);
}
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => void end());

const port = Number(values.port);
if (!Number.isInteger(port) || port < 0 || port > 65_535) {
  console.error(`--port takes a number from 0 to 65535, not ${values.port}`);
  process.exit(2);
}
await keeper.start();
proxy = await openProxy(port);
console.log(proxy.url);
