// Metrics of all servers in the process, made of what the diagnostics channels tell and of nothing else. The library that
// keeps the numbers is the application's: none is imported here.

export type { MetricsOptions } from "./collect.ts";
export { type OpenTelemetryMeter, openTelemetryMetrics } from "./open-telemetry.ts";
export {
  type PrometheusClient,
  type PrometheusMetricsOptions,
  type PrometheusRegister,
  prometheusMetrics,
} from "./prometheus.ts";
