// What the channels tell, as numbers: the only thing that metrics are made of. Counts from the moment when it begins; what
// had begun before is in no gauge, and its end changes none.
// Not here: whose library keeps the numbers (prometheus, open-telemetry).

import { subscribeDiagnostics } from "../diagnostics.ts";
import type { MetricName } from "./table.ts";

/** Options of metrics, the same for every library. */
export interface MetricsOptions {
  /**
   * Events that are counted by name: the metrics of events get a label `event`, with one of these names or `other`. Without
   * it there is no such label: a client may send any name. @default none
   */
  readonly events?: readonly string[];
}

export type Labels = Record<string, string>;

/** One library's way to keep numbers. */
export interface Sink {
  /** To a counter, or to a gauge, where the amount may be negative. */
  add(metric: MetricName, amount: number, labels?: Labels): void;
  /** To a histogram. */
  observe(metric: MetricName, value: number): void;
}

/** @returns what undoes it: the gauges come back to what they were. */
export function collect(sink: Sink, { events }: MetricsOptions): () => void {
  const listed = events && new Set(events);
  const sessions = new Gauge(sink, "sessions");
  const suspended = new Gauge(sink, "sessionsSuspended");
  const connections = new Gauge(sink, "connections");
  const sockets = new Gauge(sink, "sockets");

  const count = (direction: string, { event, bytes }: { readonly event: string; readonly bytes: number }): void => {
    const labels = { direction, ...(listed && { event: listed.has(event) ? event : "other" }) };
    sink.add("events", 1, labels);
    sink.add("eventBytes", bytes, labels);
  };

  const stop = subscribeDiagnostics({
    "wireway:session:open": ({ session }) => {
      sink.add("sessionsOpened", 1);
      sessions.enter(session);
    },
    "wireway:session:suspend": ({ session }) => {
      if (sessions.has(session)) suspended.enter(session);
    },
    "wireway:session:resume": ({ session, transport, suspendedMs }) => {
      suspended.leave(session);
      sink.add("resumes", 1, { transport });
      if (suspendedMs > 0) sink.observe("suspensionDuration", suspendedMs / 1_000);
    },
    "wireway:session:close": ({ session, reason, durationMs }) => {
      suspended.leave(session);
      sessions.leave(session);
      sink.add("sessionsClosed", 1, { reason });
      sink.observe("sessionDuration", durationMs / 1_000);
    },
    "wireway:connection:open": ({ session, connection, transport }) => {
      sink.add("connectionsOpened", 1, { transport });
      connections.enter(`${session} ${connection}`, { transport });
    },
    "wireway:connection:close": ({ session, connection, transport, reason }) => {
      connections.leave(`${session} ${connection}`);
      sink.add("connectionsClosed", 1, { transport, reason });
    },
    "wireway:socket:connect": ({ socket }) => sockets.enter(socket),
    "wireway:socket:disconnect": ({ socket }) => sockets.leave(socket),
    "wireway:socket:refuse": () => sink.add("socketsRefused", 1),
    "wireway:event:in": (message) => count("in", message),
    "wireway:event:out": (message) => count("out", message),
    "wireway:limit": ({ limit, outcome }) => sink.add("limits", 1, { limit, outcome }),
    "wireway:request:refuse": ({ code }) => sink.add("requestsRefused", 1, { code }),
    "wireway:error": () => sink.add("errors", 1),
  });
  return () => {
    stop();
    for (const gauge of [sessions, suspended, connections, sockets]) gauge.clear();
  };
}

/** How many are there. Knows each, so that one whose beginning nobody heard of does not count as gone. */
class Gauge {
  readonly #sink: Sink;
  readonly #metric: MetricName;
  readonly #present = new Map<string, Labels | undefined>();

  constructor(sink: Sink, metric: MetricName) {
    this.#sink = sink;
    this.#metric = metric;
  }

  has(id: string): boolean {
    return this.#present.has(id);
  }

  enter(id: string, labels?: Labels): void {
    if (this.#present.has(id)) return;
    this.#present.set(id, labels);
    this.#sink.add(this.#metric, 1, labels);
  }

  leave(id: string): void {
    const labels = this.#present.get(id);
    if (this.#present.delete(id)) this.#sink.add(this.#metric, -1, labels);
  }

  clear(): void {
    for (const id of [...this.#present.keys()]) this.leave(id);
  }
}
