// Every metric: its names, what it counts, its labels. The labels' values are few and known: transports, limits, codes; never
// names that clients or applications choose.
// Not here: when they change (collect), whose library counts them (prometheus, open-telemetry).
// Source: https://prometheus.io/docs/practices/naming, OpenTelemetry's conventions for names and units of metrics.

export type Kind = "counter" | "gauge" | "histogram";

export interface Metric {
  readonly kind: Kind;
  /** In Prometheus: snake case, the unit and `_total` at the end. */
  readonly prometheus: string;
  /** In OpenTelemetry: with dots, the unit apart. */
  readonly openTelemetry: string;
  /** As UCUM writes it; in braces what is counted. */
  readonly unit: string;
  readonly help: string;
  readonly labels: readonly string[];
}

export type MetricName =
  | "sessions"
  | "sessionsSuspended"
  | "sessionsOpened"
  | "sessionsClosed"
  | "sessionDuration"
  | "resumes"
  | "suspensionDuration"
  | "connections"
  | "connectionsOpened"
  | "connectionsClosed"
  | "sockets"
  | "socketsRefused"
  | "events"
  | "eventBytes"
  | "limits"
  | "requestsRefused"
  | "errors";

export const metrics: Readonly<Record<MetricName, Metric>> = {
  sessions: {
    kind: "gauge",
    prometheus: "wireway_sessions",
    openTelemetry: "wireway.sessions",
    unit: "{session}",
    help: "sessions that live, suspended ones among them",
    labels: [],
  },
  sessionsSuspended: {
    kind: "gauge",
    prometheus: "wireway_sessions_suspended",
    openTelemetry: "wireway.sessions.suspended",
    unit: "{session}",
    help: "sessions that have lost their connection and wait for another one",
    labels: [],
  },
  sessionsOpened: {
    kind: "counter",
    prometheus: "wireway_sessions_opened_total",
    openTelemetry: "wireway.sessions.opened",
    unit: "{session}",
    help: "sessions that began",
    labels: [],
  },
  sessionsClosed: {
    kind: "counter",
    prometheus: "wireway_sessions_closed_total",
    openTelemetry: "wireway.sessions.closed",
    unit: "{session}",
    help: "sessions that ended, by why",
    labels: ["reason"],
  },
  sessionDuration: {
    kind: "histogram",
    prometheus: "wireway_session_duration_seconds",
    openTelemetry: "wireway.session.duration",
    unit: "s",
    help: "how long a session lived",
    labels: [],
  },
  resumes: {
    kind: "counter",
    prometheus: "wireway_resumes_total",
    openTelemetry: "wireway.resumes",
    unit: "{resume}",
    help: "sessions that went on over another connection, by its transport",
    labels: ["transport"],
  },
  suspensionDuration: {
    kind: "histogram",
    prometheus: "wireway_suspension_duration_seconds",
    openTelemetry: "wireway.suspension.duration",
    unit: "s",
    help: "how long a session that went on had no connection",
    labels: [],
  },
  connections: {
    kind: "gauge",
    prometheus: "wireway_connections",
    openTelemetry: "wireway.connections",
    unit: "{connection}",
    help: "connections that sessions have, by transport",
    labels: ["transport"],
  },
  connectionsOpened: {
    kind: "counter",
    prometheus: "wireway_connections_opened_total",
    openTelemetry: "wireway.connections.opened",
    unit: "{connection}",
    help: "connections that sessions took, by transport",
    labels: ["transport"],
  },
  connectionsClosed: {
    kind: "counter",
    prometheus: "wireway_connections_closed_total",
    openTelemetry: "wireway.connections.closed",
    unit: "{connection}",
    help: "connections that sessions lost or dropped, by transport and why",
    labels: ["transport", "reason"],
  },
  sockets: {
    kind: "gauge",
    prometheus: "wireway_sockets",
    openTelemetry: "wireway.sockets",
    unit: "{socket}",
    help: "sockets that are in their namespaces",
    labels: [],
  },
  socketsRefused: {
    kind: "counter",
    prometheus: "wireway_sockets_refused_total",
    openTelemetry: "wireway.sockets.refused",
    unit: "{socket}",
    help: "clients that were not let into a namespace",
    labels: [],
  },
  events: {
    kind: "counter",
    prometheus: "wireway_events_total",
    openTelemetry: "wireway.events",
    unit: "{event}",
    help: "events that came in and went out, to each receiver of a broadcast",
    labels: ["direction"],
  },
  eventBytes: {
    kind: "counter",
    prometheus: "wireway_event_bytes_total",
    openTelemetry: "wireway.event.bytes",
    unit: "By",
    help: "bytes of their messages, before a transport's framing",
    labels: ["direction"],
  },
  limits: {
    kind: "counter",
    prometheus: "wireway_limits_total",
    openTelemetry: "wireway.limits",
    unit: "{limit}",
    help: "limits that were met, by the option that sets them and what came of it",
    labels: ["limit", "outcome"],
  },
  requestsRefused: {
    kind: "counter",
    prometheus: "wireway_requests_refused_total",
    openTelemetry: "wireway.requests.refused",
    unit: "{request}",
    help: "requests that were refused, by code",
    labels: ["code"],
  },
  errors: {
    kind: "counter",
    prometheus: "wireway_errors_total",
    openTelemetry: "wireway.errors",
    unit: "{error}",
    help: "handlers of the application's that failed",
    labels: [],
  },
};

/** Upper bounds of the histograms' buckets, in seconds: from a blink to a day. */
export const secondsBuckets: readonly number[] = [0.1, 0.5, 1, 5, 15, 60, 300, 900, 3_600, 14_400, 86_400];

/** What the option `events` adds, to the metrics of events alone. */
export function labelsOf(name: MetricName, hasEvents: boolean): string[] {
  return [...metrics[name].labels, ...(hasEvents && name.startsWith("event") ? ["event"] : [])];
}
