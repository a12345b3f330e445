import type { Packet } from "@wireway/protocol";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { environment } from "./environment.ts";
import { openEventStream } from "./event-source.ts";
import { sendLast } from "./last-words.ts";
import { createNonce, type RequestStyle, systemClock, watchSleep } from "./platform.ts";

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
  openEventStream("http://server.test/", style, {
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

/** A page's window, as far as it is watched: what happened to it is told to `heard`. */
function page(): { show: (type: string, more?: object) => void; heard: string[]; undo: () => void } {
  const target = new EventTarget();
  vi.stubGlobal("addEventListener", target.addEventListener.bind(target));
  vi.stubGlobal("removeEventListener", target.removeEventListener.bind(target));
  const heard: string[] = [];
  const undo = environment.watch({
    woke: () => heard.push("woke"),
    hid: () => heard.push("hid"),
    left: () => heard.push("left"),
  });
  return { show: (type, more = {}) => target.dispatchEvent(Object.assign(new Event(type), more)), heard, undo };
}

it("wakes up when the network may have changed or the page is seen again, until it is told not to", () => {
  const { show, heard, undo } = page();
  for (const type of ["online", "offline", "visibilitychange", "resume"]) show(type);
  show("pageshow", { persisted: true });
  expect(heard).toEqual(["woke", "woke", "woke", "woke", "woke"]);
  undo();
  show("online");
  show("pagehide");
  expect(heard).toHaveLength(5);
});

it("does not wake up when a page is shown for the first time, or hidden", () => {
  const { show, heard } = page();
  show("pageshow", { persisted: false });
  vi.stubGlobal("document", { visibilityState: "hidden" });
  show("visibilitychange");
  expect(heard).toEqual([]);
});

it("tells a page that may come back from one that leaves", () => {
  const { show, heard } = page();
  show("pagehide", { persisted: true });
  show("pagehide", { persisted: false });
  expect(heard).toEqual(["hid", "left"]);
});

it("notices that the machine slept although no timer was late", () => {
  vi.useFakeTimers();
  let today = 1_000_000;
  let wakes = 0;
  const undo = watchSleep(
    () => wakes++,
    () => today,
  );
  const pass = (realMs: number): void => {
    today += realMs;
    vi.advanceTimersByTime(4_000);
  };
  pass(4_000);
  pass(7_500);
  expect(wakes).toBe(0);
  pass(60_000);
  expect(wakes).toBe(1);
  pass(4_000);
  undo();
  pass(60_000);
  expect(wakes).toBe(1);
  vi.useRealTimers();
});

it("leaves at the next of a page's last events when the browser broke its listener off", () => {
  const listening: [type: string, listener: EventListener][] = [];
  vi.stubGlobal("addEventListener", (...added: (typeof listening)[number]) => void listening.push(added));
  vi.stubGlobal("removeEventListener", (type: string, listener: EventListener) => {
    const index = listening.findIndex((added) => added[0] === type && added[1] === listener);
    if (index >= 0) listening.splice(index, 1);
  });
  vi.stubGlobal("document", { visibilityState: "visible" });
  const show = (type: string): void => {
    const event = new Event(type);
    for (const [, listener] of listening.filter((added) => added[0] === type)) listener(event);
  };
  let tries = 0;
  const undo = environment.watch({
    woke: () => undefined,
    hid: () => undefined,
    left: () => {
      if (++tries === 1) throw new Error("broken off");
    },
  });
  show("pagehide");
  expect(() => show("visibilitychange")).toThrow("broken off");
  show("unload");
  show("unload");
  expect(tries).toBe(2);
  show("pagehide");
  undo();
  expect(listening).toEqual([]);
});

it("lets a visible page say its own last words before it leaves", () => {
  const { show, heard } = page();
  addEventListener("pagehide", () => heard.push("last words"));
  vi.stubGlobal("document", { visibilityState: "visible" });
  show("pagehide", { persisted: false });
  expect(heard).toEqual(["last words", "left"]);
  vi.stubGlobal("document", { visibilityState: "hidden" });
  show("visibilitychange");
  show("unload");
  expect(heard).toHaveLength(2);
});

it("sends last words by beacon, or by a request that outlives the page where headers are wanted", () => {
  const sendBeacon = vi.fn(() => true);
  const request = vi.fn(() => Promise.reject(new Error("nobody is left to hear of it")));
  vi.stubGlobal("navigator", { sendBeacon });
  vi.stubGlobal("fetch", request);
  const style = { headers: {}, credentials: "include" as const, maxMessageBytes: 1_024 };
  sendLast("http://server/", "words", style);
  expect(sendBeacon).toHaveBeenCalledWith("http://server/", "words");
  sendLast("http://server/", "words", { ...style, headers: { authorization: "x" } });
  expect(sendBeacon).toHaveBeenCalledTimes(1);
  expect(request).toHaveBeenCalledWith("http://server/", {
    method: "POST",
    body: "words",
    headers: { authorization: "x", "content-type": "text/plain" },
    credentials: "include",
    keepalive: true,
  });
});

it("makes nonces of at least 128 bits in base64url, each another", () => {
  const nonces = Array.from({ length: 100 }, createNonce);
  for (const nonce of nonces) expect(nonce).toMatch(/^[\w-]{22,64}$/);
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
