// Streaming and SSE: do packets come down while the response is open, and do POSTs go up beside it.
// A stream that stays silent is ended from the side: when all of it arrives then, somebody had held it back until it was
// complete. Clients then ask in other ways (the query `hold`), and so does this check.

import type { Check, Outcome, Sight } from "../finding.ts";
import type { Target } from "../target.ts";
import { type ExchangeFailure, failureOf } from "../wire/exchange.ts";
import { sightOf, sightOfFailure } from "../wire/refusal.ts";
import { quickest } from "../wire/round-trips.ts";
import { type Hold, Stream, type StreamName } from "../wire/stream.ts";
import { createNonce, end, heardOf, move, type Names, namesOf, openIn, ping, post } from "../wire/words.ts";

const holds: readonly Hold[] = ["", "1", "2"];

/** A stream that is so much slower than a request is delayed by somebody: Linux sends what it was told to keep after 200 ms. */
const firstDelayMs = 120;
const laterDelayMs = 25;

const freedBy: Readonly<Record<Hold, string>> = {
  "": "nothing",
  "1": "Content-Encoding: identity",
  "2": "padding in front",
};

export const streaming: Check = { name: "streaming", run: (target) => examine(target, "streaming") };
export const sse: Check = { name: "sse", run: (target) => examine(target, "sse") };

/** Of one dial. */
interface Attempt {
  readonly firstMessageMs?: number;
  readonly roundTripMs?: number;
  readonly encoding?: string | undefined;
  /** What was wrong; undefined when it carried. */
  readonly sight?: Sight;
}

async function examine(target: Target, name: StreamName): Promise<Outcome> {
  let first: Attempt | undefined;
  for (const hold of holds) {
    const attempt = await dial(target, name, hold);
    const { sight } = attempt;
    if (!sight) return carried(target, hold, attempt, first?.sight);
    first ??= attempt;
    if (sight.diagnosis !== "stream_held" && sight.diagnosis !== "stream_compressed")
      return failed(hold === "" ? sight : (first.sight ?? sight));
  }
  return failed(first?.sight as Sight);
}

function carried(
  target: Target,
  hold: Hold,
  { firstMessageMs, roundTripMs, encoding }: Attempt,
  held?: Sight,
): Outcome {
  const sights: Sight[] = [];
  if (held) {
    const evidence = `${held.evidence}; ${freedBy[hold]} frees it`;
    sights.push({ diagnosis: "stream_freed", evidence, by: "intermediary" });
  }
  const delay = delayOf(target, firstMessageMs, roundTripMs);
  if (delay !== undefined) sights.push({ diagnosis: "stream_delayed", evidence: delay, by: "intermediary" });
  const how = encoding === undefined || encoding === "identity" ? "" : `, compressed with ${encoding} by a proxy`;
  const summary = sights[0]?.evidence ?? `carries messages both ways${how}`;
  return { verdict: sights.length > 0 ? "hindered" : "works", summary, firstMessageMs, roundTripMs, sights };
}

/** Either alone may be this machine's own doing; both together are not. @returns the evidence, if there is any. */
function delayOf({ roundTripMs: plainMs }: Target, firstMessageMs = 0, roundTripMs = 0): string | undefined {
  if (plainMs === undefined) return undefined;
  // A dial may have to make a connection first.
  if (firstMessageMs < 3 * plainMs + firstDelayMs || roundTripMs < plainMs + laterDelayMs) return undefined;
  const [first, later, plain] = [firstMessageMs, roundTripMs, plainMs].map(Math.round);
  return `the first message took ${first} ms and a ping's answer ${later} ms, where a request takes ${plain} ms`;
}

async function dial(target: Target, name: StreamName, hold: Hold): Promise<Attempt> {
  const nonce = createNonce();
  let stream: Stream;
  try {
    stream = await Stream.dial(target, name, nonce, hold);
  } catch (error) {
    return { sight: postSight(error) };
  }
  let names: Names | undefined;
  try {
    const answer = await stream.inbox.take("open", target.patienceMs);
    if (stream.refusal) return { sight: streamRefusal(target, stream.refusal) };
    if (!answer) return { sight: await silence(target, stream, nonce) };
    names = namesOf(openIn(`0${String(answer.packet.data)}`) ?? { received: 0 });
    if (!names) return { sight: cut("what came is no answer of Wireway's") };
    const encoding = stream.head?.headers["content-encoding"];
    const firstMessageMs = answer.atMs - stream.startedMs;
    const roundTripMs = await roundTrip(target, name, stream, names);
    if (typeof roundTripMs !== "object") return { firstMessageMs, roundTripMs, encoding };
    return { firstMessageMs, encoding, sight: roundTripMs };
  } finally {
    await end(target, names);
    stream.destroy();
  }
}

/** Says ping by POST, and waits for the pong down the stream. @returns how long it took, or what went wrong. */
async function roundTrip(target: Target, name: StreamName, stream: Stream, names: Names): Promise<number | Sight> {
  let isMoved = false;
  let wrong: Sight | undefined;
  const roundTripMs = await quickest(async () => {
    const sentMs = performance.now();
    const body = isMoved ? ping(names) : move(names);
    isMoved = true;
    try {
      const answer = await post(target, name, "send", body);
      if (!openIn(answer.text)) {
        wrong = { ...sightOf(target, answer), diagnosis: "post_lost" };
        return undefined;
      }
    } catch (error) {
      wrong = postSight(error);
      return undefined;
    }
    const pong = await stream.inbox.take("pong", target.patienceMs);
    return pong && pong.atMs - sentMs;
  });
  if (roundTripMs !== undefined) return roundTripMs;
  if (wrong) return wrong;
  if (stream.inbox.ended !== undefined) return cut(stream.inbox.ended);
  return heldUntilEnd(target, stream, "pong", () => end(target, names), "no answer came down to a ping");
}

/** Nothing came in time. Ends the session from the side, and looks whether that sets the stream free. */
async function silence(target: Target, stream: Stream, nonce: string): Promise<Sight> {
  if (stream.inbox.ended !== undefined) {
    await heardOf(target, nonce);
    return cut(stream.inbox.ended);
  }
  const where = stream.head === undefined ? "no head came" : "a head came, and no message";
  return heldUntilEnd(target, stream, "open", () => heardOf(target, nonce), where);
}

async function heldUntilEnd(
  target: Target,
  stream: Stream,
  missing: "open" | "pong",
  finish: () => Promise<unknown>,
  what: string,
): Promise<Sight> {
  await finish();
  if (await stream.inbox.take(missing, target.patienceMs)) {
    const evidence = `${what} within ${Math.round(target.patienceMs)} ms, and all of it when the server ended the response`;
    const encoding = stream.head?.headers["content-encoding"] ?? "identity";
    if (encoding === "identity") return { diagnosis: "stream_held", evidence, by: "intermediary" };
    return { diagnosis: "stream_compressed", evidence: `${evidence} (${encoding})`, by: "intermediary" };
  }
  return {
    diagnosis: "stream_silent",
    evidence: `${what} within ${Math.round(target.patienceMs)} ms`,
    by: "intermediary",
  };
}

function cut(how: string): Sight {
  return { diagnosis: "stream_cut", evidence: how, by: "intermediary" };
}

/** The server is known to be there: a stranger's answer is an intermediary's, to a stream or to a POST. */
function streamRefusal(target: Target, refusal: { status: number; headers: object; text: string }): Sight {
  const sight = sightOf(target, refusal as Parameters<typeof sightOf>[1]);
  return sight.diagnosis === "not_wireway" || sight.diagnosis === "wrong_path"
    ? { ...sight, diagnosis: "post_lost" }
    : sight;
}

function postSight(error: unknown): Sight {
  const failure: ExchangeFailure = failureOf(error);
  return { ...sightOfFailure(failure), diagnosis: "post_lost" };
}

function failed(sight: Sight): Outcome {
  return { verdict: "fails", summary: sight.evidence, sights: [sight] };
}
