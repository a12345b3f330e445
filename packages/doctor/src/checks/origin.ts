// Whether a page may talk to the server, and whether it can read the answers: as a browser would, every request carries the
// page's origin. Without another being named it is a page of the server's own address.
// Source: docs/protocol.md, "Transport"; WHATWG Fetch, "CORS protocol".

import type { Check, Sight } from "../finding.ts";
import type { Target } from "../target.ts";
import { ask } from "../wire/exchange.ts";
import { ownCode, sightOfFailure } from "../wire/refusal.ts";

export const origin: Check = {
  name: "origin",
  run: async (target) => {
    const page = `a page of ${target.origin}`;
    if (!target.sendsOrigin) {
      const isOwn = target.origin === target.url.origin;
      // A server knows its own address by the header Host alone.
      const diagnosis = isOwn ? "host_rewritten" : "origin_refused";
      const evidence = `the server refuses ${page} (origin_not_allowed)`;
      const by = isOwn ? "intermediary" : "server";
      return { verdict: "fails", summary: evidence, sights: [{ diagnosis, evidence, by }] };
    }
    if (target.origin === target.url.origin) return { verdict: "works", summary: `${page} may connect` };
    try {
      const answer = await ask(target, { method: "GET", query: { transport: "websocket" } });
      const fault = ownCode(answer) === undefined ? undefined : faultOf(target, answer.headers);
      if (!fault) return { verdict: "works", summary: `${page} may connect, and read the answers` };
      return { verdict: "fails", summary: fault.evidence, sights: [fault] };
    } catch (error) {
      const sight = sightOfFailure(error);
      return { verdict: "fails", summary: sight.evidence, sights: [sight] };
    }
  },
};

/** A browser wants the origin itself, once, and `true` for requests with cookies. */
function faultOf(target: Target, headers: Readonly<Record<string, string | string[] | undefined>>): Sight | undefined {
  const wanted = { "access-control-allow-origin": target.origin, "access-control-allow-credentials": "true" };
  for (const [name, value] of Object.entries(wanted)) {
    const given = headers[name];
    if (given === value) continue;
    const evidence = `${name} is ${given === undefined ? "missing" : JSON.stringify(given)}, not ${JSON.stringify(value)}`;
    return { diagnosis: "cors_header_changed", evidence, by: "intermediary" };
  }
  return undefined;
}
