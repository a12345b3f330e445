// Metrics as the libraries that keep them give them out again: a real server, an exchange, and the numbers compared.

import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from "@opentelemetry/sdk-metrics";
import type { Server, Socket } from "@wireway/server";
import { openTelemetryMetrics, prometheusMetrics } from "@wireway/server/metrics";
import * as promClient from "prom-client";
import { describe, expect, it, onTestFinished } from "vitest";
import { metrics } from "../src/metrics/table.ts";
import { event, fetchRaw, RawClient } from "./raw-client.ts";
import { dropped, next, settled, startServer } from "./test-server.ts";
import { Watch } from "./watch.ts";

/**
 * Two clients, one of which leaves and one of which has lost its connection and come back; 3 events in, 4 out; a handler
 * that failed; a request that was refused.
 */
async function exchange(): Promise<{ wireway: Server; socket: Socket; client: RawClient; session: string }> {
  const told = new Watch([]);
  onTestFinished(() => told.stop());
  const { base, wireway } = await startServer({ maxSessions: 2 });
  wireway.on("error", () => undefined);
  wireway.on("connection", (one) => {
    one.on("fail", () => {
      throw new Error("mine");
    });
  });
  const connected = next<[Socket]>((listener) => wireway.once("connection", listener));
  const first = dropped(await RawClient.join(base, "websocket"));
  const [socket] = await connected;
  const second = dropped(await RawClient.join(base, "streaming"));
  await first.say(event("chat", "a"), event("chat", "b"), event("fail"));
  await settled(first);
  wireway.emit("news", 1);
  wireway.emit("other news", 2);
  await settled(second);
  await fetchRaw(`${base}?v=1&transport=polling`, {
    body: '0{"nonce":"0123456789abcdefghijkl","received":0,"first":1}',
  });
  first.drop();
  await told.next("wireway:session:suspend");
  const again = dropped(await RawClient.dial(base, "websocket", { token: first.token, received: 3, first: 5 }));
  again.next = 5;
  again.token = first.token;
  await again.move();
  await told.next("wireway:session:resume");
  const [left] = [...wireway.sockets.values()].filter((one) => one !== socket);
  left?.disconnect(true);
  await told.next("wireway:session:close");
  return { wireway, socket, client: again, session: first.answer.id ?? "" };
}

const eventBytes = { in: '2["chat","a"]2["chat","b"]2["fail"]'.length, out: 2 * '2["news",1]2["other news",2]'.length };

describe("metrics in prom-client", () => {
  it("tell what happened", async () => {
    const register = new promClient.Registry();
    const undo = prometheusMetrics(promClient, { register });
    onTestFinished(undo);
    await exchange();
    const lines = numbersOf(await register.metrics());
    expect(lines).toMatchObject({
      wireway_sessions: 1,
      wireway_sessions_suspended: 0,
      wireway_sessions_opened_total: 2,
      'wireway_sessions_closed_total{reason="closed"}': 1,
      wireway_session_duration_seconds_count: 1,
      'wireway_resumes_total{transport="websocket"}': 1,
      wireway_suspension_duration_seconds_count: 1,
      'wireway_connections{transport="websocket"}': 1,
      'wireway_connections{transport="streaming"}': 0,
      'wireway_connections_opened_total{transport="websocket"}': 2,
      'wireway_connections_opened_total{transport="streaming"}': 1,
      'wireway_connections_closed_total{transport="websocket",reason="lost"}': 1,
      'wireway_connections_closed_total{transport="streaming",reason="closed"}': 1,
      wireway_sockets: 1,
      wireway_sockets_refused_total: 0,
      'wireway_events_total{direction="in"}': 3,
      'wireway_events_total{direction="out"}': 4,
      'wireway_event_bytes_total{direction="in"}': eventBytes.in,
      'wireway_event_bytes_total{direction="out"}': eventBytes.out,
      'wireway_limits_total{limit="maxSessions",outcome="refused"}': 1,
      'wireway_requests_refused_total{code="too_many_sessions"}': 1,
      wireway_errors_total: 1,
    });
    expect(
      register
        .getMetricsAsArray()
        .map(({ name }) => name)
        .sort(),
    ).toEqual(
      Object.values(metrics)
        .map(({ prometheus }) => prometheus as string)
        .sort(),
    );
  });

  it("count the events of a list by name, and all others together", async () => {
    const register = new promClient.Registry();
    onTestFinished(prometheusMetrics(promClient, { register, events: ["chat", "news"] }));
    await exchange();
    expect(numbersOf(await register.metrics())).toMatchObject({
      'wireway_events_total{direction="in",event="chat"}': 2,
      'wireway_events_total{direction="in",event="other"}': 1,
      'wireway_events_total{direction="out",event="news"}': 2,
      'wireway_events_total{direction="out",event="other"}': 2,
    });
  });

  it("leave the registry when they are undone, and may come again", async () => {
    const before = promClient.register.getMetricsAsArray().length;
    const undo = prometheusMetrics(promClient);
    expect(promClient.register.getMetricsAsArray()).toHaveLength(before + Object.keys(metrics).length);
    expect(() => prometheusMetrics(promClient)).toThrow("already been registered");
    undo();
    expect(promClient.register.getMetricsAsArray()).toHaveLength(before);
    prometheusMetrics(promClient)();
  });

  it("have nothing in their gauges that began before them, and do not count its end", async () => {
    const { wireway, socket, client } = await exchange();
    const register = new promClient.Registry();
    onTestFinished(prometheusMetrics(promClient, { register }));
    const told = new Watch(["wireway:session:suspend", "wireway:session:close"]);
    onTestFinished(() => told.stop());
    client.drop();
    await told.next("wireway:session:suspend");
    expect(numbersOf(await register.metrics())).toMatchObject({ wireway_sessions: 0, wireway_sessions_suspended: 0 });
    socket.disconnect(true);
    await told.next("wireway:session:close");
    expect(wireway.sockets.size).toBe(0);
    expect(numbersOf(await register.metrics())).toMatchObject({
      wireway_sessions: 0,
      wireway_sockets: 0,
      'wireway_sessions_closed_total{reason="closed"}': 1,
    });
  });
});

describe("metrics in OpenTelemetry", () => {
  it("tell what happened, and come back to nothing when they are undone", async () => {
    const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
    const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 });
    const provider = new MeterProvider({ readers: [reader] });
    onTestFinished(() => provider.shutdown());
    const undo = openTelemetryMetrics(provider.getMeter("test"));
    onTestFinished(undo);
    await exchange();
    const seen = await collected(provider, exporter);
    expect(seen).toMatchObject({
      "wireway.sessions": 1,
      "wireway.sessions.suspended": 0,
      "wireway.sessions.opened": 2,
      'wireway.sessions.closed{"reason":"closed"}': 1,
      'wireway.resumes{"transport":"websocket"}': 1,
      'wireway.connections{"transport":"websocket"}': 1,
      'wireway.connections{"transport":"streaming"}': 0,
      "wireway.sockets": 1,
      'wireway.events{"direction":"in"}': 3,
      'wireway.events{"direction":"out"}': 4,
      'wireway.event.bytes{"direction":"in"}': eventBytes.in,
      'wireway.event.bytes{"direction":"out"}': eventBytes.out,
      'wireway.limits{"limit":"maxSessions","outcome":"refused"}': 1,
      'wireway.requests.refused{"code":"too_many_sessions"}': 1,
      "wireway.errors": 1,
      "wireway.session.duration": { count: 1 },
      "wireway.suspension.duration": { count: 1 },
    });
    undo();
    expect(await collected(provider, exporter)).toMatchObject({
      "wireway.sessions": 0,
      "wireway.sockets": 0,
      'wireway.connections{"transport":"websocket"}': 0,
      "wireway.sessions.opened": 2,
    });
  });
});

/** Each line of the text format. */
function numbersOf(text: string): Record<string, number> {
  const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return Object.fromEntries(
    lines.map((line) => [line.slice(0, line.lastIndexOf(" ")), Number(line.slice(line.lastIndexOf(" ")))]),
  );
}

async function collected(provider: MeterProvider, exporter: InMemoryMetricExporter): Promise<Record<string, unknown>> {
  exporter.reset();
  await provider.forceFlush();
  const all = exporter.getMetrics().flatMap(({ scopeMetrics }) => scopeMetrics.flatMap((scope) => scope.metrics));
  return Object.fromEntries(
    all.flatMap(({ descriptor, dataPoints }) =>
      dataPoints.map(({ attributes, value }) => {
        const labels = Object.keys(attributes).length > 0 ? JSON.stringify(attributes) : "";
        return [`${descriptor.name}${labels}`, value];
      }),
    ),
  );
}
