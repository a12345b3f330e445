// The metrics in prom-client, which the application brings: only the few calls that are made of it are named here.
// Source: https://github.com/siimon/prom-client

import { collect, type Labels, type MetricsOptions } from "./collect.ts";
import { labelsOf, type Metric, type MetricName, metrics, secondsBuckets } from "./table.ts";

/** A registry of prom-client's. */
export interface PrometheusRegister {
  /** Takes a metric out. */
  removeSingleMetric(name: string): unknown;
}

interface Configuration {
  readonly name: string;
  readonly help: string;
  readonly labelNames: string[];
  readonly registers: never[];
}

interface Counting {
  inc(labels: Labels, value: number): void;
}

interface Observing {
  observe(labels: Labels, value: number): void;
}

/** What `import * as promClient from "prom-client"` gives. */
export interface PrometheusClient {
  /** prom-client's own registry. */
  readonly register: PrometheusRegister;
  /** For what only grows. */
  readonly Counter: new (
    configuration: Configuration,
  ) => Counting;
  /** For what there is at present. */
  readonly Gauge: new (
    configuration: Configuration,
  ) => Counting;
  /** For how long something took. */
  readonly Histogram: new (
    configuration: Configuration & { readonly buckets: number[] },
  ) => Observing;
}

/** Options of `prometheusMetrics`. */
export interface PrometheusMetricsOptions extends MetricsOptions {
  /** Where the metrics are kept. @default the client's own registry */
  readonly register?: PrometheusRegister;
}

/**
 * Counts what all servers of this process do, from now on. Throws what prom-client throws: a name may be in a registry once.
 * @returns what undoes it, and takes the metrics out of the registry.
 */
export function prometheusMetrics(client: PrometheusClient, options: PrometheusMetricsOptions = {}): () => void {
  const { register = client.register, events } = options;
  const counting = new Map<MetricName, Counting>();
  const observing = new Map<MetricName, Observing>();
  for (const [key, { kind, prometheus, help }] of Object.entries<Metric>(metrics)) {
    const name = key as MetricName;
    const labelNames = labelsOf(name, events !== undefined);
    const configuration = { name: prometheus, help, labelNames, registers: [register] as never[] };
    if (kind === "histogram") {
      observing.set(name, new client.Histogram({ ...configuration, buckets: [...secondsBuckets] }));
    } else counting.set(name, kind === "counter" ? new client.Counter(configuration) : new client.Gauge(configuration));
  }
  const stop = collect(
    {
      add: (metric, amount, labels = {}) => counting.get(metric)?.inc(labels, amount),
      observe: (metric, value) => observing.get(metric)?.observe({}, value),
    },
    options,
  );
  return () => {
    stop();
    for (const { prometheus } of Object.values(metrics)) register.removeSingleMetric(prometheus);
  };
}
