// Polling: the dial, a poll that is answered at once, and one that the server holds until it has something to say. It
// learns the server's terms on the way.

import type { Check, Outcome, Sight } from "../finding.ts";
import type { Target } from "../target.ts";
import { type Answer, failureOf } from "../wire/exchange.ts";
import { ownCode, sightOf, sightOfFailure } from "../wire/refusal.ts";
import { quickest } from "../wire/round-trips.ts";
import { within } from "../wire/within.ts";
import { claim, createNonce, end, heardOf, type Names, namesOf, openIn, ping, poll, post } from "../wire/words.ts";

export const polling: Check = {
  name: "polling",
  run: async (target) => {
    const nonce = createNonce();
    let names: Names | undefined;
    try {
      const dialled = await post(target, "polling", "", claim(nonce));
      const open = openIn(dialled.text);
      names = open && namesOf(open);
      if (!open || !names) return failed(refused(target, dialled, "post_lost"));
      target.learn({ terms: open.terms ?? null });
      const firstMessageMs = dialled.tookMs;
      const roundTripMs = await exchanges(target, names);
      if (typeof roundTripMs !== "number") return { ...failed(roundTripMs), firstMessageMs };
      const { pingTimeoutMs } = target.terms;
      if (roundTripMs * 2 > pingTimeoutMs) {
        const evidence = `${Math.round(roundTripMs)} ms, and the server waits ${pingTimeoutMs} ms for an answer`;
        const sights: Sight[] = [{ diagnosis: "slow_path", evidence, by: "network" }];
        return { verdict: "hindered", summary: evidence, firstMessageMs, roundTripMs, sights };
      }
      return { verdict: "works", summary: "carries messages both ways", firstMessageMs, roundTripMs };
    } catch (error) {
      if (!names) await heardOf(target, nonce);
      const { message } = failureOf(error);
      return failed({ ...sightOfFailure(error), diagnosis: names ? "poll_lost" : "post_lost", evidence: message });
    } finally {
      await end(target, names);
    }
  },
};

/** The first poll comes back at once; then one waits while a POST beside it makes the server speak. @throws {ExchangeFailure} */
async function exchanges(target: Target, names: Names): Promise<number | Sight> {
  const moved = await post(target, "polling", "poll", poll(names));
  if (!openIn(moved.text)) return refused(target, moved, "poll_lost");
  let wrong: Sight | undefined;
  const roundTripMs = await quickest(async () => {
    const held = post(target, "polling", "poll", poll(names));
    held.catch(() => undefined);
    const sentMs = performance.now();
    const sent = await post(target, "polling", "send", ping(names));
    if (!openIn(sent.text)) {
      wrong = refused(target, sent, "post_lost");
      return undefined;
    }
    const answer = await within(held, target.timeoutMs);
    if (answer === "late") wrong = { diagnosis: "poll_lost", evidence: "a poll stayed unanswered", by: "intermediary" };
    else if (!openIn(answer.text)) wrong = refused(target, answer, "poll_lost");
    return wrong ? undefined : performance.now() - sentMs;
  });
  return roundTripMs ?? (wrong as Sight);
}

/** The server's own refusals keep their name. */
function refused(target: Target, answer: Answer, diagnosis: "post_lost" | "poll_lost"): Sight {
  const sight = sightOf(target, answer);
  return ownCode(answer) === undefined && sight.diagnosis !== "login_required" ? { ...sight, diagnosis } : sight;
}

function failed(sight: Sight): Outcome {
  return { verdict: "fails", summary: sight.evidence, sights: [sight] };
}
