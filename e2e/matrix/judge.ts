// The judge of every run: what one end sent against what the other end got. Messages are numbered from 0 by their sender,
// so the only good answer is the same numbers, each once, in order.

export interface Judgement {
  readonly sent: number;
  /** Different messages that arrived. */
  readonly delivered: number;
  readonly lost: number;
  /** Arrivals of something that had arrived before. */
  readonly doubled: number;
  /** Arrivals of something older than what had arrived before it. */
  readonly disordered: number;
  /** Arrivals of something that nobody sent. */
  readonly invented: number;
}

export function judge(sent: number, received: readonly number[]): Judgement {
  const seen = new Set<number>();
  let [doubled, disordered, invented, highest] = [0, 0, 0, -1];
  for (const number of received) {
    if (!(Number.isSafeInteger(number) && number >= 0 && number < sent)) invented++;
    else if (seen.has(number)) doubled++;
    else {
      if (number < highest) disordered++;
      highest = Math.max(highest, number);
      seen.add(number);
    }
  }
  return { sent, delivered: seen.size, lost: sent - seen.size, doubled, disordered, invented };
}

export function isPerfect({ lost, doubled, disordered, invented }: Judgement): boolean {
  return lost + doubled + disordered + invented === 0;
}
