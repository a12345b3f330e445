// The quickest of a few round trips: one alone may have met a pause that says nothing of the way.

const tries = 3;

/** @param once a round trip that returns how long it took; undefined when it did not come back. */
export async function quickest(once: () => Promise<number | undefined>): Promise<number | undefined> {
  let least: number | undefined;
  for (let index = 0; index < tries; index++) {
    const tookMs = await once();
    if (tookMs === undefined) return undefined;
    least = Math.min(least ?? tookMs, tookMs);
  }
  return least;
}
