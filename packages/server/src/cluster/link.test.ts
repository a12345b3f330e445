import { FakeClock } from "@wireway/testkit";
import { expect, it, vi } from "vitest";
import { patienceMs } from "../../test/patience.ts";
import type { Adapter } from "../adapter.ts";
import { type ClusterMessage, decodeClusterMessage, encodeClusterMessage } from "./cluster-message.ts";
import { Link } from "./link.ts";

const here: ClusterMessage = { kind: "here", from: "a" };

/** A link over an adapter of which tests say what becomes of its calls. */
function linked(adapter: Partial<Adapter> = {}): {
  link: Link;
  clock: FakeClock;
  published: string[];
  failures: string[];
  opened: () => boolean;
  receive: (data: Uint8Array) => void;
  received: ClusterMessage[];
} {
  const published: string[] = [];
  const failures: string[] = [];
  const received: ClusterMessage[] = [];
  const clock = new FakeClock();
  let isOpen = false;
  let heard: (data: Uint8Array) => void = () => undefined;
  const link = new Link({
    adapter: {
      open: (receive) => {
        heard = receive;
        return adapter.open?.(receive);
      },
      publish: (data) => {
        published.push(decodeClusterMessage(data).kind);
        return adapter.publish?.(data);
      },
      close: () => adapter.close?.(),
    },
    clock,
    report: (error) => failures.push(String((error as Error).message)),
    opened: () => {
      isOpen = true;
    },
    received: (message) => void received.push(message),
  });
  return { link, clock, published, failures, opened: () => isOpen, receive: (data) => heard(data), received };
}

it("says what waited when the adapter is open, in order", async () => {
  let open: () => void = () => undefined;
  const { link, published, opened } = linked({ open: () => new Promise<void>((resolve) => (open = resolve)) });
  link.publish({ kind: "hello", from: "a" });
  link.publish(here);
  await vi.waitUntil(() => open.name !== "open", patienceMs);
  expect(published).toEqual([]);
  open();
  await vi.waitUntil(opened, patienceMs);
  expect(published).toEqual(["hello", "here"]);
});

it("lets only so much wait", () => {
  const { link, failures } = linked({ open: () => new Promise<void>(() => undefined) });
  for (let number = 0; number < 1_025; number++) link.publish(here);
  expect(failures).toEqual(["more than 1024 messages for other servers wait until the adapter is open"]);
});

it("stays alone when the adapter does not open, and says so", async () => {
  const { link, failures, published } = linked({ open: () => Promise.reject(new Error("no way")) });
  await vi.waitUntil(() => failures.length > 0, patienceMs);
  link.publish(here);
  expect([failures, published]).toEqual([["no way"], []]);
});

it("reports what the adapter fails at, and goes on", async () => {
  let count = 0;
  const { link, failures, opened } = linked({
    publish: () => {
      if (count++ === 0) throw new Error("thrown");
      return Promise.reject(new Error("rejected"));
    },
    close: () => Promise.reject(new Error("at close")),
  });
  await vi.waitUntil(opened, patienceMs);
  link.publish(here);
  link.publish(here);
  await vi.waitUntil(() => failures.length === 2, patienceMs);
  await link.close();
  await link.close();
  expect(failures).toEqual(["thrown", "rejected", "at close"]);
});

it("closes the adapter when it has taken what was said last", async () => {
  const order: string[] = [];
  let taken: () => void = () => undefined;
  const { link, opened } = linked({
    publish: () => new Promise<void>((resolve) => (taken = resolve)).then(() => void order.push("taken")),
    close: () => void order.push("closed"),
  });
  await vi.waitUntil(opened, patienceMs);
  link.publish(here);
  const closing = link.close();
  taken();
  await closing;
  expect(order).toEqual(["taken", "closed"]);
});

it("closes an adapter that does not take what was said last, too", async () => {
  let isClosed = false;
  const { link, clock, opened } = linked({
    publish: () => new Promise<void>(() => undefined),
    close: () => {
      isClosed = true;
    },
  });
  await vi.waitUntil(opened, patienceMs);
  link.publish(here);
  const closing = link.close();
  clock.advance(1_999);
  expect(isClosed).toBe(false);
  clock.advance(1);
  await closing;
  expect(isClosed).toBe(true);
});

it("hears nothing when it is closed", async () => {
  const { link, receive, received, opened, published } = linked();
  await vi.waitUntil(opened, patienceMs);
  receive(encodeClusterMessage(here));
  await link.close();
  receive(encodeClusterMessage(here));
  receive(new Uint8Array());
  link.publish(here);
  expect([received.length, published]).toEqual([1, []]);
});
