// What becomes of quiet connections, one of each kind side by side: is each still there when the server's ping comes? It
// takes as long as the server's ping interval.

import type { Check, Sight } from "../finding.ts";
import type { Target } from "../target.ts";
import { failureOf } from "../wire/exchange.ts";
import { sightOf } from "../wire/refusal.ts";
import { Stream } from "../wire/stream.ts";
import { claim, createNonce, end, heardOf, move, type Names, namesOf, openIn, poll, post } from "../wire/words.ts";
import { hangUp, openWebSocket } from "./websocket.ts";

/** How the quiet ended; undefined when such a connection could not be had, which other checks tell. */
type Quiet = { readonly afterMs: number; readonly cut?: string } | undefined;

export const idle: Check = {
  name: "idle",
  run: async (target) => {
    const found = { websocket: quietWebSocket(target), streaming: quietStream(target), polling: quietPoll(target) };
    const sights: Sight[] = [];
    const survivors: string[] = [];
    for (const [name, waiting] of Object.entries(found)) {
      const quiet = await waiting.catch(() => undefined);
      if (quiet?.cut === undefined) {
        if (quiet) survivors.push(name);
        continue;
      }
      const evidence = `${name} was cut after ${(quiet.afterMs / 1_000).toFixed(1)} s of quiet (${quiet.cut}); the server pings every ${target.terms.pingIntervalMs / 1_000} s`;
      sights.push({ diagnosis: "idle_cut", evidence, by: "intermediary" });
    }
    if (sights.length > 0) {
      return { verdict: "hindered", summary: sights.map(({ evidence }) => evidence).join("; "), sights };
    }
    if (survivors.length === 0) return { verdict: "skipped", summary: "no connection could be kept quiet" };
    const seconds = target.terms.pingIntervalMs / 1_000;
    return { verdict: "works", summary: `${survivors.join(", ")}: alive after ${seconds} s of quiet` };
  },
};

/** How long the server's own ping may take to come. */
function limitOf({ terms: { pingIntervalMs }, patienceMs }: Target): number {
  return pingIntervalMs + patienceMs;
}

async function quietWebSocket(target: Target): Promise<Quiet> {
  const opened = await openWebSocket(target);
  if (opened instanceof Error || "status" in opened) return undefined;
  const { socket, inbox } = opened;
  const nonce = createNonce();
  let names: Names | undefined;
  try {
    socket.send(claim(nonce));
    const answer = await inbox.take("open", target.timeoutMs);
    names = answer && namesOf(openIn(`0${String(answer.packet.data)}`) ?? { received: 0 });
    if (!names) {
      await heardOf(target, nonce);
      return undefined;
    }
    socket.send(move(names));
    if (!(await inbox.take("pong", target.timeoutMs))) return undefined;
    const startedMs = performance.now();
    const heard = await inbox.take("ping", limitOf(target));
    return { afterMs: performance.now() - startedMs, ...(!heard && { cut: inbox.ended ?? "silently" }) };
  } finally {
    await hangUp(socket, inbox, names, target);
  }
}

async function quietStream(target: Target): Promise<Quiet> {
  const nonce = createNonce();
  const stream = await Stream.dial(target, "streaming", nonce, "");
  let names: Names | undefined;
  try {
    const answer = await stream.inbox.take("open", target.patienceMs);
    names = answer && namesOf(openIn(`0${String(answer.packet.data)}`) ?? { received: 0 });
    if (!names) {
      await heardOf(target, nonce);
      return undefined;
    }
    await post(target, "streaming", "send", move(names));
    if (!(await stream.inbox.take("pong", target.patienceMs))) return undefined;
    const startedMs = performance.now();
    const heard = await stream.inbox.take("ping", limitOf(target));
    return { afterMs: performance.now() - startedMs, ...(!heard && { cut: stream.inbox.ended ?? "silently" }) };
  } finally {
    await end(target, names);
    stream.destroy();
  }
}

async function quietPoll(target: Target): Promise<Quiet> {
  const names = namesOf(openIn((await post(target, "polling", "", claim(createNonce()))).text) ?? { received: 0 });
  if (!names) return undefined;
  try {
    await post(target, "polling", "poll", poll(names));
    const startedMs = performance.now();
    const spent = (): number => performance.now() - startedMs;
    try {
      const held = await post(target, "polling", "poll", poll(names), limitOf(target));
      if (openIn(held.text)) return { afterMs: spent() };
      return { afterMs: spent(), cut: sightOf(target, held).evidence };
    } catch (error) {
      return { afterMs: spent(), cut: failureOf(error).message };
    }
  } finally {
    await end(target, names);
  }
}
