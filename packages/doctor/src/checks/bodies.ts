// How large the body of a POST may be: growing ones, up to what a message of the server's largest size needs in base64.
// What they carry is a field that servers ignore, so that no application hears of it.

import { encodePayload, openPacket } from "@wireway/protocol";
import type { Check, Outcome, Sight } from "../finding.ts";
import type { Target } from "../target.ts";
import { type Answer, failureOf } from "../wire/exchange.ts";
import { ownCode, sightOf } from "../wire/refusal.ts";
import { claim, createNonce, end, type Names, namesOf, openIn, post } from "../wire/words.ts";

/** What clients send at a time when there is much, and common limits of intermediaries, just passed. */
const steps = [4_097, 16_385, 66_560, 131_073, 524_289, 1_048_577];

export const bodies: Check = {
  name: "bodies",
  run: async (target) => {
    let names: Names | undefined;
    try {
      names = namesOf(openIn((await post(target, "polling", "", claim(createNonce()))).text) ?? { received: 0 });
      if (!names) return { verdict: "skipped", summary: "no session could be had over polling" };
      return await climb(target, names);
    } catch (error) {
      return { verdict: "skipped", summary: failureOf(error).message };
    } finally {
      await end(target, names);
    }
  },
};

async function climb(target: Target, names: Names): Promise<Outcome> {
  const { maxBodyBytes, maxMessageBytes } = target.terms;
  const largest = Math.min(maxBodyBytes, Math.ceil((maxMessageBytes * 4) / 3) + 1_024);
  let passed = 0;
  let bytesPerMs = Number.POSITIVE_INFINITY;
  for (const bytes of [...steps.filter((step) => step < largest), largest]) {
    // A body that takes longer says more of the line than of a limit.
    if (bytes / bytesPerMs > target.timeoutMs) {
      const evidence = `${sizeOf(bytes)} would take ${Math.round(bytes / bytesPerMs / 1_000)} s at the speed of the others`;
      return hindered(passed, { diagnosis: "body_slow", evidence, by: "network" });
    }
    const answer = await send(target, names, bytes);
    if (!("status" in answer)) return hindered(passed, answer);
    if (!openIn(answer.text)) return hindered(passed, refused(target, answer, bytes));
    passed = bytes;
    bytesPerMs = bytes > 65_536 ? bytes / answer.tookMs : bytesPerMs;
  }
  return { verdict: "works", summary: `bodies up to ${sizeOf(passed)} get through` };
}

async function send(target: Target, { token, epoch }: Names, bytes: number): Promise<Answer | Sight> {
  const open = { token, received: 0, epoch, padding: "" };
  const bare = encodePayload([openPacket(open)]).length;
  const body = encodePayload([openPacket({ ...open, padding: "x".repeat(bytes - bare) } as typeof open)]);
  try {
    return await post(target, "polling", "send", body);
  } catch (error) {
    const { kind, message } = failureOf(error);
    const evidence = `with ${sizeOf(bytes)}: ${message}`;
    return { diagnosis: kind === "silent" ? "body_slow" : "body_limit", evidence, by: "intermediary" };
  }
}

function refused(target: Target, answer: Answer, bytes: number): Sight {
  const sight = sightOf(target, answer);
  const isOwn = ownCode(answer) !== undefined;
  return {
    ...sight,
    diagnosis: isOwn || sight.diagnosis === "body_slow" ? sight.diagnosis : "body_limit",
    evidence: `with ${sizeOf(bytes)}: ${sight.evidence}`,
  };
}

function hindered(passed: number, sight: Sight): Outcome {
  const summary = `up to ${sizeOf(passed)}; ${sight.evidence}`;
  return { verdict: "hindered", summary, sights: [sight] };
}

function sizeOf(bytes: number): string {
  if (bytes < 1_024) return `${bytes} bytes`;
  return bytes < 1_048_576 ? `${Math.round(bytes / 1_024)} KiB` : `${(bytes / 1_048_576).toFixed(1)} MiB`;
}
