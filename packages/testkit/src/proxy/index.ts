// The hostile proxy's public names.

export type { ConnectionView } from "./client-connection.ts";
export { createProxy, HostileProxy, type ProxyOptions } from "./hostile-proxy.ts";
export type { ProxyCounters } from "./proxy-counters.ts";
export type { CutReason, ProxyEvents, UpgradeVerdict } from "./proxy-events.ts";
export type { ProxyTarget } from "./upstream.ts";
export { changeWeather, clearWeather, type Direction, type UpgradeWeather, type Weather } from "./weather.ts";
