// What tests of Wireway, and of applications on it, are made of: a clock that stands still, seeded chance, a simulated
// hostile network with its judge, a hostile proxy for real sockets, and the lists of what every transport and every adapter has to do.

export { type AdapterBehaviour, adapterConformance } from "./conformance/adapter-conformance.ts";
export type {
  AdapterBench,
  AdapterClient,
  AdapterServer,
  AdapterServerOptions,
  TappedAdapter,
} from "./conformance/adapter-group.ts";
export { type Dial, watched } from "./conformance/contract.ts";
export { eventConformance, runEventCase, runEventCases } from "./conformance/event-conformance.ts";
export { authenticateConformance, eventConformanceServer } from "./conformance/event-conformance-server.ts";
export type { EventBench, EventCase } from "./conformance/events/bench.ts";
export { type Behaviour, type TransportBench, transportConformance } from "./conformance/transport-conformance.ts";
export { FakeClock } from "./fake-clock.ts";
export {
  type ConnectionView,
  type CutReason,
  changeWeather,
  clearWeather,
  createProxy,
  type Direction,
  HostileProxy,
  type ProxyCounters,
  type ProxyEvents,
  type ProxyOptions,
  type ProxyTarget,
  type UpgradeVerdict,
  type UpgradeWeather,
  type Weather,
} from "./proxy/index.ts";
export { Random } from "./random.ts";
export { Violation } from "./simulation/history.ts";
export { type Profile, profiles } from "./simulation/profiles.ts";
export { simulate, simulateMany, type Totals } from "./simulation/simulate.ts";
export type { RunReport } from "./simulation/world.ts";
