// One measurement: the server's processor time for what happens in a while, after a while that warms it up.

import { quantile } from "../figures/statistics.ts";
import type { Usage } from "../processes/usage.ts";
import type { Rounds } from "./crowd.ts";
import type { Figures, Stage } from "./scenario.ts";

/** Compilers are done by then. */
const enoughMessages = 20_000;
/** On a machine that is slow, or busy otherwise. */
const mostWarmUps = 4;

/** `perMessage`: how many of what is counted a message is. */
export async function measured(
  stage: Stage,
  happens: (ms: number) => Promise<Rounds>,
  perMessage = 1,
): Promise<Figures> {
  const { size } = stage;
  let warmUpMessages = 0;
  for (let time = 0; time < mostWarmUps && warmUpMessages < enoughMessages; time++) {
    warmUpMessages += (await happens(size.warmUpMs)).messages;
  }
  const before = await stage.usage();
  const loadBefore = process.cpuUsage();
  const happened = await happens(size.measureMs);
  const rounds = { ...happened, messages: happened.messages * perMessage };
  const load = process.cpuUsage(loadBefore);
  return figuresOf(before, await stage.usage(), rounds, (load.user + load.system) / 1_000 / rounds.ms);
}

function figuresOf(before: Usage, after: Usage, { messages, ms, latencies }: Rounds, loadShare: number): Figures {
  const userUs = after.userUs - before.userUs;
  const systemUs = after.systemUs - before.systemUs;
  return {
    cost: (userUs + systemUs) / messages,
    count: messages,
    more: {
      "user µs": userUs / messages,
      "system µs": systemUs / messages,
      "messages/s": (messages / ms) * 1_000,
      "p50 ms": quantile(latencies, 0.5),
      "p99 ms": quantile(latencies, 0.99),
      "RSS MB": after.rssBytes / 1e6,
      "server share": (userUs + systemUs) / 1_000 / ms,
      "load share": loadShare,
    },
  };
}
