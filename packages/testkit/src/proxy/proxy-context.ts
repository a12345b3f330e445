// What one proxy's connections, exchanges and tunnels share. Data only.

import type { ProxyCounters } from "./proxy-counters.ts";
import type { ProxyEmitter } from "./proxy-events.ts";
import type { Upstream } from "./upstream.ts";
import type { WeatherStation } from "./weather-station.ts";

export interface ProxyContext {
  readonly station: WeatherStation;
  readonly counters: ProxyCounters;
  readonly events: ProxyEmitter;
  readonly upstream: Upstream;
  readonly maxBufferedBytes: number;
}
