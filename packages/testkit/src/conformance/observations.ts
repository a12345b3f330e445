// How a conformance list looks at what happens, and says what was not as it has to be. It has no test runner to do so.

/** What tells of its events. */
interface Listening {
  on(event: string, handler: (...args: unknown[]) => unknown): unknown;
}

/** How long something may take to come true over a real network. */
const patienceMs = 10_000;

/** Asks until it is so. */
export async function until(what: string, isSo: () => boolean): Promise<void> {
  const end = performance.now() + patienceMs;
  while (!isSo()) {
    if (performance.now() > end) throw new Error(`not within ${patienceMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** The arguments of each such event that comes to the client. */
export function hears(client: Listening | undefined, event: string): (readonly unknown[])[] {
  const heard: (readonly unknown[])[] = [];
  client?.on(event, (...args) => {
    heard.push(args.filter((one) => typeof one !== "function"));
  });
  return heard;
}

/** What it rejects with. */
export async function failed(promise: Promise<unknown>): Promise<Record<string, unknown>> {
  try {
    await promise;
  } catch (error) {
    return error as Record<string, unknown>;
  }
  throw new Error("expected a failure, got an answer");
}

export function answersOf(failure: Record<string, unknown>): unknown[] {
  return (failure["details"] as { data: unknown[] }).data;
}

export function equal(a: Uint8Array, b: Uint8Array | undefined): boolean {
  return a.length === b?.length && a.every((byte, index) => byte === b[index]);
}

export function same(got: unknown, wanted: unknown, what: string): void {
  const [a, b] = [JSON.stringify(got), JSON.stringify(wanted)];
  if (a !== b) throw new Error(`${what}: expected ${b}, got ${a}`);
}

/** What comes from several sides has no order. */
export function sorted(values: readonly unknown[]): readonly unknown[] {
  return [...values].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}
