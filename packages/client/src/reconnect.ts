// How long to wait before the next round of dialling: at once the first time, then anywhere between the two bounds' growing
// range. Uniform over the whole range at every attempt, so that clients that lost one server together do not come back
// together.
// Source: Marc Brooker, "Exponential Backoff and Jitter" (AWS Architecture Blog, 2015), "full jitter".

export interface ReconnectDelays {
  readonly reconnectDelayMinMs: number;
  readonly reconnectDelayMaxMs: number;
}

const firstDelayMaxMs = 100;

/** @param attempt how many pauses came before this one since a connection last held. */
export function reconnectDelayMs(attempt: number, delays: ReconnectDelays, random: () => number): number {
  if (attempt === 0) return random() * firstDelayMaxMs;
  const { reconnectDelayMinMs: least, reconnectDelayMaxMs: most } = delays;
  // The power may be Infinity; the smaller of the two never is.
  return least + random() * (Math.min(most, least * 2 ** attempt) - least);
}

/** A wait that the server asked for, made longer by a part so that those who were told the same do not come together. */
export function obeyedDelayMs(retryAfterMs: number, random: () => number): number {
  return retryAfterMs * (1 + random() / 2);
}

const promotionDelayMinMs = 5_000;
const promotionDelayMaxMs = 60_000;

/** How long a lesser transport serves before a better one is tried again behind its back. */
export function promotionDelayMs(attempt: number, random: () => number): number {
  return Math.min(promotionDelayMaxMs, promotionDelayMinMs * 2 ** attempt) * (0.75 + random() / 2);
}
