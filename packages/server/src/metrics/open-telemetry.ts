// The metrics in OpenTelemetry, whose meter the application brings: only the few calls that are made of it are named here.
// Source: https://opentelemetry.io/docs/specs/otel/metrics/api

import { collect, type Labels, type MetricsOptions } from "./collect.ts";
import { type Metric, type MetricName, metrics, secondsBuckets } from "./table.ts";

interface InstrumentOptions {
  description: string;
  unit: string;
}

interface Adding {
  add(value: number, attributes?: Labels): void;
}

interface Recording {
  record(value: number): void;
}

/** A meter of `@opentelemetry/api`, such as `metrics.getMeter("my-app")`. */
export interface OpenTelemetryMeter {
  /** For what only grows. */
  createCounter(name: string, options: InstrumentOptions): Adding;
  /** For what there is at present. */
  createUpDownCounter(name: string, options: InstrumentOptions): Adding;
  /** For how long something took. */
  createHistogram(
    name: string,
    options: InstrumentOptions & { advice: { explicitBucketBoundaries: number[] } },
  ): Recording;
}

/** Counts what all servers of this process do, from now on. @returns what undoes it; the instruments stay. */
export function openTelemetryMetrics(meter: OpenTelemetryMeter, options: MetricsOptions = {}): () => void {
  const adding = new Map<MetricName, Adding>();
  const recording = new Map<MetricName, Recording>();
  for (const [key, { kind, openTelemetry, help, unit }] of Object.entries<Metric>(metrics)) {
    const name = key as MetricName;
    const described = { description: help, unit };
    if (kind === "histogram") {
      const advice = { explicitBucketBoundaries: [...secondsBuckets] };
      recording.set(name, meter.createHistogram(openTelemetry, { ...described, advice }));
    } else if (kind === "counter") adding.set(name, meter.createCounter(openTelemetry, described));
    else adding.set(name, meter.createUpDownCounter(openTelemetry, described));
  }
  return collect(
    {
      add: (metric, amount, labels) => adding.get(metric)?.add(amount, labels),
      observe: (metric, value) => recording.get(metric)?.record(value),
    },
    options,
  );
}
