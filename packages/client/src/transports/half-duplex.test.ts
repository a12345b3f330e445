import { encodeRecords, type Packet } from "@wireway/protocol";
import { describe, expect, it } from "vitest";
import { environmentWith, open, Recorder, settle, type TestEnvironment, text, url } from "../../test/recorder.ts";
import type { EventStreamSink } from "../platform.ts";
import { polling } from "./polling.ts";
import { sse } from "./sse.ts";
import { streaming } from "./streaming.ts";
import type { Transport } from "./transport.ts";

interface Call {
  readonly url: string;
  readonly init: RequestInit;
  readonly answer: (response: Response) => void;
  readonly fail: (error: Error) => void;
}

const plain = { "content-type": "text/plain; charset=utf-8" };
const answered = '0{"received":1}';
const answer: Packet[] = [{ type: "open", data: '{"received":1}' }];

function dial(transport: Transport): {
  calls: Call[];
  recorder: Recorder;
  environment: TestEnvironment;
  streams: { url: string; sink: EventStreamSink; closed: boolean }[];
  connection: ReturnType<Transport["dial"]>;
} {
  const calls: Call[] = [];
  const streams: { url: string; sink: EventStreamSink; closed: boolean }[] = [];
  const recorder = new Recorder();
  const environment = environmentWith({
    fetch: (address, init = {}) =>
      new Promise((resolve, fail) => {
        calls.push({ url: address as string, init, answer: resolve, fail });
        init.signal?.addEventListener("abort", () => fail(new Error("aborted")));
      }),
    openEventStream: (address, _style, sink) => {
      const stream = { url: address, sink, closed: false };
      streams.push(stream);
      return { close: () => void Object.assign(stream, { closed: true }) };
    },
  });
  const connection = transport.dial(url, environment, recorder);
  return { calls, streams, recorder, environment, connection };
}

describe("polling", () => {
  it("hears the bytes of a poll's answer while they come, and puts split characters together", async () => {
    const { calls, recorder, environment, connection } = dial(polling());
    connection.send([open], 1_000);
    calls[0]?.answer(new Response(answered, { headers: plain }));
    await settle(environment);
    connection.poll([open], 1_000);
    const bytes = new TextEncoder().encode(`${answered}\u001e4ü`);
    let write: (chunk: Uint8Array | undefined) => void = () => undefined;
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        write = (chunk) => (chunk ? controller.enqueue(chunk) : controller.close());
      },
    });
    calls[1]?.answer(new Response(body, { headers: plain }));
    write(bytes.subarray(0, bytes.length - 1));
    await settle(environment);
    expect(connection.bytesReceived).toBe(bytes.length - 1);
    expect(recorder.reports).toHaveLength(1);
    write(bytes.subarray(bytes.length - 1));
    write(undefined);
    await settle(environment);
    expect(recorder.reports[1]).toEqual({ settled: "poll", answer: [...answer, text("ü")] });
  });

  it("dials with its first send, names each request, and settles it with the answer", async () => {
    const { calls, recorder, environment, connection } = dial(polling());
    connection.send([open, text("a")], 1_000);
    calls[0]?.answer(new Response(answered, { headers: plain }));
    await settle(environment);
    connection.poll([open], 1_000);
    connection.send([open], 1_000);
    calls[1]?.answer(new Response(`${answered}\u001e4b`, { headers: plain }));
    calls[2]?.answer(new Response(answered, { headers: plain }));
    await settle(environment);
    expect(calls.map((call) => call.url.slice(call.url.indexOf("?")))).toEqual([
      "?room=1&v=1&transport=polling",
      "?room=1&v=1&transport=polling&request=poll",
      "?room=1&v=1&transport=polling&request=send",
    ]);
    expect(calls[0]?.init).toMatchObject({
      method: "POST",
      body: '0{"received":0}\u001e4a',
      headers: { "content-type": "text/plain", "x-test": "1" },
      credentials: "include",
      cache: "no-store",
    });
    expect(recorder.reports).toEqual([
      { settled: "send", answer },
      { settled: "poll", answer: [...answer, text("b")] },
      { settled: "send", answer },
    ]);
  });

  it("takes an empty answer for none: something else gave it, and would give it again at once", async () => {
    const { calls, recorder, environment, connection } = dial(polling());
    connection.send([open], 1_000);
    calls[0]?.answer(new Response(answered, { headers: plain }));
    await settle(environment);
    connection.poll([open], 1_000);
    calls[1]?.answer(new Response("", { headers: plain }));
    await settle(environment);
    expect(recorder.reports.at(-1)).toEqual({ settled: "poll", answer: undefined });
  });

  it("reports a refused dial with its status, the server's words, and how long to stay away", async () => {
    const { calls, recorder, environment, connection } = dial(polling());
    connection.send([open], 1_000);
    const headers = { "content-type": "application/json", "retry-after": "7" };
    calls[0]?.answer(new Response('{"code":"too_many_sessions","message":"full"}', { status: 503, headers }));
    await settle(environment);
    expect(recorder.reports).toEqual([
      { closed: { reason: "lost", code: 503, message: "HTTP 503: full", retryAfterMs: 7_000 } },
    ]);
  });

  it("never obeys a wish to stay away for more than an hour, nor one that is no time", async () => {
    for (const [wish, expected] of [
      ["1e300", 3_600_000],
      ["soon", undefined],
      ["-5", undefined],
    ] as const) {
      const { calls, recorder, environment, connection } = dial(polling());
      connection.send([open], 1_000);
      calls[0]?.answer(new Response("", { status: 503, headers: { "retry-after": wish } }));
      await settle(environment);
      expect((recorder.reports[0] as { closed: { retryAfterMs?: number } }).closed.retryAfterMs).toBe(expected);
    }
  });

  it("takes a captive portal's page, a broken payload or another application for a failure, never for packets", async () => {
    const strangers: [string, string, string][] = [
      ["<html>Please log in</html>", "text/html", "answer is text/html, not text/plain"],
      ["<html>Please log in</html>", "text/plain", "answer is no payload"],
      ["404 page not found", "text/plain", "answer is no payload"],
      ['0{"received":1}\u001enonsense', "text/plain", "not a packet"],
    ];
    for (const [body, type, message] of strangers) {
      const { calls, recorder, environment, connection } = dial(polling());
      connection.send([open], 1_000);
      calls[0]?.answer(new Response(body, { headers: { "content-type": type } }));
      await settle(environment);
      expect(recorder.reports).toMatchObject([{ closed: { reason: "lost", message } }]);
    }
  });

  it("settles a later exchange that failed without an answer, so that the session may repeat it", async () => {
    const { calls, recorder, environment, connection } = dial(polling());
    connection.send([open], 1_000);
    calls[0]?.answer(new Response(answered, { headers: plain }));
    await settle(environment);
    connection.send([open], 1_000);
    calls[1]?.fail(new Error("network down"));
    await settle(environment);
    connection.poll([open], 1_000);
    calls[2]?.answer(new Response("", { status: 502 }));
    await settle(environment);
    expect(recorder.reports.slice(1)).toEqual([
      { settled: "send", answer: undefined },
      { settled: "poll", answer: undefined },
    ]);
  });

  it("is over when a server refuses a later exchange for good", async () => {
    const { calls, recorder, environment, connection } = dial(polling());
    connection.send([open], 1_000);
    calls[0]?.answer(new Response(answered, { headers: plain }));
    await settle(environment);
    connection.send([open], 1_000);
    calls[1]?.answer(new Response("", { status: 403 }));
    await settle(environment);
    expect(recorder.reports[1]).toEqual({ closed: { reason: "lost", code: 403, message: "HTTP 403" } });
  });

  it("settles an exchange that takes too long, and aborts it", async () => {
    const { calls, recorder, environment, connection } = dial(polling());
    connection.send([open], 1_000);
    calls[0]?.answer(new Response(answered, { headers: plain }));
    await settle(environment);
    connection.poll([open], 1_000);
    environment.clock.advance(1_000);
    await settle(environment);
    expect(calls[1]?.init.signal?.aborted).toBe(true);
    expect(recorder.reports[1]).toEqual({ settled: "poll", answer: undefined });
  });

  it("aborts what is under way when it is closed, and reports nothing after the end", async () => {
    const { calls, recorder, environment, connection } = dial(polling());
    connection.send([open], 1_000);
    calls[0]?.answer(new Response(answered, { headers: plain }));
    await settle(environment);
    connection.poll([open], 1_000);
    connection.send([open], 1_000);
    connection.close("superseded");
    await settle(environment);
    expect(calls.slice(1).map(({ init }) => init.signal?.aborted)).toEqual([true, true]);
    expect(recorder.reports.slice(1)).toEqual([{ closed: { reason: "superseded" } }]);
  });

  it("lets the body that says goodbye go out when the session is closed", async () => {
    const { calls, environment, connection } = dial(polling());
    connection.send([open], 1_000);
    calls[0]?.answer(new Response(answered, { headers: plain }));
    await settle(environment);
    connection.poll([open], 1_000);
    connection.send([open, { type: "close", data: "{}" }], 1_000);
    connection.close("closed");
    await settle(environment);
    expect(calls.slice(1).map(({ init }) => init.signal?.aborted)).toEqual([true, false]);
    environment.clock.advance(1_000);
    expect(calls[2]?.init.signal?.aborted).toBe(true);
  });
});

describe("streaming", () => {
  const headers = { "content-type": "application/octet-stream" };

  function body(): {
    stream: ReadableStream<Uint8Array>;
    push: (bytes: Uint8Array) => void;
    end: () => void;
    canceled: () => boolean;
  } {
    let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
    let canceled = false;
    const stream = new ReadableStream<Uint8Array>({
      start: (given) => {
        controller = given;
      },
      cancel: () => {
        canceled = true;
      },
    });
    const push = (bytes: Uint8Array): void => controller?.enqueue(bytes);
    return { stream, push, end: () => controller?.close(), canceled: () => canceled };
  }

  it("settles the dial at the headers, then reads records, cut anywhere, until the body ends", async () => {
    const { calls, recorder, environment, connection } = dial(streaming());
    connection.send([open], 1_000);
    const { stream, push, end } = body();
    calls[0]?.answer(new Response(stream, { headers }));
    await settle(environment);
    expect(recorder.reports).toEqual([{ settled: "send", answer: [] }]);
    const records = encodeRecords([open, text("ü")]);
    push(records.slice(0, 5));
    push(records.slice(5));
    await settle(environment);
    expect(connection.bytesReceived).toBe(records.length);
    end();
    await settle(environment);
    expect(recorder.reports.slice(1)).toEqual([
      { received: [open, text("ü")] },
      { closed: { reason: "lost", message: "response ended" } },
    ]);
  });

  it("lives on when the dial's time is up, and lets go of the body when it is closed", async () => {
    const { calls, recorder, environment, connection } = dial(streaming());
    connection.send([open], 1_000);
    const { stream, canceled } = body();
    calls[0]?.answer(new Response(stream, { headers }));
    await settle(environment);
    environment.clock.advance(60_000);
    expect([calls[0]?.init.signal?.aborted, canceled()]).toEqual([false, false]);
    connection.close("superseded");
    await settle(environment);
    expect(canceled()).toBe(true);
    expect(recorder.reports.at(-1)).toEqual({ closed: { reason: "superseded" } });
  });

  it("is lost when a record is larger than what is accepted", async () => {
    const { calls, recorder, environment, connection } = dial(streaming());
    connection.send([open], 1_000);
    const { stream, push, canceled } = body();
    calls[0]?.answer(new Response(stream, { headers }));
    await settle(environment);
    push(encodeRecords([text("x".repeat(2_000))]));
    await settle(environment);
    expect(recorder.reports.at(-1)).toMatchObject({ closed: { reason: "lost" } });
    expect(canceled()).toBe(true);
  });

  it("is lost when the answer is something else", async () => {
    const { calls, recorder, environment, connection } = dial(streaming());
    connection.send([open], 1_000);
    calls[0]?.answer(new Response("<html>", { headers: { "content-type": "text/html" } }));
    await settle(environment);
    expect(recorder.reports).toEqual([
      { closed: { reason: "lost", code: 200, message: "answer is text/html, not application/octet-stream" } },
    ]);
  });
});

describe("sse", () => {
  it("turns a ticket into a stream, settles the dial when it is open, and ends with it", async () => {
    const { calls, streams, recorder, environment, connection } = dial(sse());
    connection.send([open], 1_000);
    expect(calls[0]?.url).toContain("transport=sse&request=ticket");
    calls[0]?.answer(Response.json({ ticket: "abc" }));
    await settle(environment);
    expect(streams[0]?.url).toBe("https://server.test/wireway/?room=1&v=1&transport=sse&ticket=abc");
    expect(recorder.reports).toEqual([]);
    streams[0]?.sink.opened();
    await settle(environment);
    streams[0]?.sink.received([text("a")], 12);
    streams[0]?.sink.failed("event stream ended");
    await settle(environment);
    expect(connection.bytesReceived).toBe(12);
    expect(recorder.reports).toEqual([
      { settled: "send", answer: [] },
      { received: [text("a")] },
      { closed: { reason: "lost", message: "event stream ended" } },
    ]);
    expect(streams[0]?.closed).toBe(true);
  });

  it("is lost when no ticket comes, or the stream fails before it is open", async () => {
    const first = dial(sse());
    first.connection.send([open], 1_000);
    first.calls[0]?.answer(Response.json({ tickets: [] }));
    await settle(first.environment);
    expect(first.recorder.reports).toEqual([{ closed: { reason: "lost", message: "answer holds no ticket" } }]);
    const second = dial(sse());
    second.connection.send([open], 1_000);
    second.calls[0]?.answer(Response.json({ ticket: "abc" }));
    await settle(second.environment);
    second.streams[0]?.sink.failed("HTTP 404", 404);
    await settle(second.environment);
    expect(second.recorder.reports).toEqual([{ closed: { reason: "lost", message: "HTTP 404", code: 404 } }]);
  });
});
