// Counts the work that code does through a platform's own method, so that a test can tell proportional from quadratic
// without a stopwatch. Not here: changing what the method does.

type Method = (this: unknown, ...args: unknown[]) => unknown;

/** Runs the call and tells `seen` of every use of the method meanwhile: on what, with what, and what came of it. */
export function watched(
  prototype: object,
  name: string,
  seen: (self: unknown, args: readonly unknown[], result: unknown) => void,
  call: () => void,
): void {
  const original = Reflect.get(prototype, name) as Method;
  const watching: Method = function (...args) {
    const result = Reflect.apply(original, this, args) as unknown;
    seen(this, args, result);
    return result;
  };
  Reflect.set(prototype, name, watching);
  try {
    call();
  } finally {
    Reflect.set(prototype, name, original);
  }
}
