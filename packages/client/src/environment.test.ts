import type { Packet } from "@wireway/protocol";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { environment } from "./environment.ts";
import { createNonce, type RequestStyle, systemClock } from "./platform.ts";

const style: RequestStyle = { headers: {}, credentials: "include", maxMessageBytes: 1_000 };

class FakeEventSource {
  static last: FakeEventSource;
  onopen: (() => void) | null = null;
  onerror: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  readonly init: unknown;
  closed = false;
  constructor(_url: string, init: unknown) {
    this.init = init;
    FakeEventSource.last = this;
  }
  close(): void {
    this.closed = true;
  }
}

beforeEach(() => vi.stubGlobal("EventSource", FakeEventSource));
afterEach(() => vi.unstubAllGlobals());

function openStream(): { source: FakeEventSource; heard: (string | readonly Packet[])[] } {
  const heard: (string | readonly Packet[])[] = [];
  environment.openEventStream("http://server.test/", style, {
    opened: () => heard.push("opened"),
    received: (packets) => heard.push(packets),
    failed: (message) => heard.push(message),
  });
  return { source: FakeEventSource.last, heard };
}

it("reads a native event stream's events as payloads, with the cookies that were asked for", () => {
  const { source, heard } = openStream();
  source.onopen?.();
  source.onmessage?.({ data: "4a\u001e4b" });
  expect(heard).toEqual([
    "opened",
    [
      { type: "message", data: "a" },
      { type: "message", data: "b" },
    ],
  ]);
  expect(source.init).toEqual({ withCredentials: true });
});

it("never lets a native event stream try again by itself", () => {
  for (const fail of [
    (source: FakeEventSource) => source.onerror?.(),
    (source: FakeEventSource) => source.onmessage?.({ data: "nonsense" }),
  ]) {
    const { source, heard } = openStream();
    fail(source);
    expect(source.closed).toBe(true);
    expect(heard).toHaveLength(1);
  }
});

it("wakes up on the events that bring a network back, until it is told not to", () => {
  const target = new EventTarget();
  vi.stubGlobal("addEventListener", target.addEventListener.bind(target));
  vi.stubGlobal("removeEventListener", target.removeEventListener.bind(target));
  const wake = vi.fn();
  const undo = environment.onWake(wake);
  for (const type of ["online", "pageshow", "visibilitychange"]) target.dispatchEvent(new Event(type));
  expect(wake).toHaveBeenCalledTimes(3);
  undo();
  target.dispatchEvent(new Event("online"));
  expect(wake).toHaveBeenCalledTimes(3);
});

it("makes nonces of at least 128 bits in base64url, each another", () => {
  const nonces = Array.from({ length: 100 }, createNonce);
  for (const nonce of nonces) expect(nonce).toMatch(/^[\w-]{24}$/);
  expect(new Set(nonces).size).toBe(100);
});

it("arms its timers for deadlines that passed, that are far, and for never", () => {
  vi.useFakeTimers();
  try {
    const task = vi.fn();
    const timer = systemClock.timer(task);
    timer.arm(Number.NEGATIVE_INFINITY);
    vi.advanceTimersByTime(1);
    expect(task).toHaveBeenCalledTimes(1);
    // Longer than what setTimeout takes, which would fire at once.
    timer.arm(systemClock.now() + 3_000_000_000);
    vi.advanceTimersByTime(1_000_000);
    timer.arm(Number.POSITIVE_INFINITY);
    vi.runAllTimers();
    expect(task).toHaveBeenCalledTimes(1);
  } finally {
    vi.useRealTimers();
  }
});
