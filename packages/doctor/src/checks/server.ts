// Whether it is Wireway that answers, and who stands in front of it. A GET of the WebSocket's address without an upgrade is
// answered by the server with an error that only it knows, and begins no session.

import type { Check, Outcome, Sight } from "../finding.ts";
import { productOf, telltales } from "../intermediary.ts";
import type { Target } from "../target.ts";
import { ask, failureOf } from "../wire/exchange.ts";
import { ownCode, sightOf, sightOfFailure } from "../wire/refusal.ts";
import { speaksTls } from "./certificate.ts";

export const server: Check = {
  name: "server",
  run: async (target) => {
    try {
      let answer = await question(target);
      // Whether this origin may come in is another check's business.
      if (ownCode(answer) === "origin_not_allowed") {
        target.sendsOrigin = false;
        answer = await question(target);
      }
      const product = productOf(answer);
      target.learn({ product, headers: telltales(answer) });
      if (ownCode(answer) === "not_upgradable") {
        const behind = product === null ? "" : `, behind ${product}`;
        return { verdict: "works", summary: `a Wireway server${behind}` };
      }
      return failed(sightOf(target, answer));
    } catch (error) {
      const sight = sightOfFailure(error);
      const mayBeTls = !target.isSecure && failureOf(error).kind !== "other";
      if (mayBeTls && (await speaksTls(target))) return failed({ ...sight, diagnosis: "http_on_https_port" });
      return failed(sight);
    }
  },
};

/** Twice, the second time over the connection that stands by then: that one is the way's own time. */
async function question(target: Target): ReturnType<typeof ask> {
  const query = { transport: "websocket" };
  const first = await ask(target, { method: "GET", query });
  if (ownCode(first) !== "not_upgradable") return first;
  const second = await ask(target, { method: "GET", query });
  target.roundTripMs = second.tookMs;
  return second;
}

function failed(sight: Sight): Outcome {
  return { verdict: "fails", summary: sight.evidence, sights: [sight] };
}
