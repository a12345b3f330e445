// How the server's process hangs on the one that started it: it says where it listens, hears the news, and never outlives
// it. What is said between the two is all in this file.

import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { WeatherNews } from "../shared/events.ts";

/** From the parent. */
export type Order =
  | { readonly type: "weather"; readonly news: WeatherNews }
  /** Asks for the memory that is in use after a collection. */
  | { readonly type: "measure" };

/** To the parent. */
export type Word =
  | { readonly type: "listening"; readonly port: number }
  | { readonly type: "measured"; readonly pid: number; readonly heapBytes: number; readonly residentBytes: number };

export function leash(http: Server, onWeather: (news: WeatherNews) => void): void {
  const say = (word: Word): void => void process.send?.(word);
  // Ctrl-C reaches the whole group of processes: the parent decides how this one ends.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => {});
  // However the parent ended, its side of the channel is closed then.
  process.on("disconnect", () => process.exit(0));
  process.on("message", (order: Order) => {
    if (order.type === "weather") return onWeather(order.news);
    globalThis.gc?.();
    const { heapUsed, rss } = process.memoryUsage();
    say({ type: "measured", pid: process.pid, heapBytes: heapUsed, residentBytes: rss });
  });
  say({ type: "listening", port: (http.address() as AddressInfo).port });
}
