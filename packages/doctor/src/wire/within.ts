// A promise with a limit in time. What is late is not stopped: whoever waits decides what that means.

/** @returns what the promise resolves with, or "late". Rejects as it does, in time. */
export async function within<T>(promise: Promise<T>, limitMs: number): Promise<T | "late"> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<"late">((resolve) => {
    timer = setTimeout(resolve, limitMs, "late");
  });
  // Nobody may be waiting any more when it rejects.
  promise.catch(() => undefined);
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
