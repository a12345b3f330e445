// Whether the host has an address, and whether anything accepts connections there.

import { lookup } from "node:dns/promises";
import { connect } from "node:net";
import type { Check, Outcome, Sight } from "../finding.ts";
import type { Target } from "../target.ts";
import { within } from "../wire/within.ts";

export const reach: Check = {
  name: "reach",
  run: async (target) => {
    const { hostname, port, timeoutMs } = target;
    let address: string;
    try {
      const found = await within(lookup(hostname), timeoutMs);
      if (found === "late") return failed({ diagnosis: "name_unknown", evidence: "no answer in time", by: "network" });
      address = found.address;
    } catch (error) {
      return failed({ diagnosis: "name_unknown", evidence: (error as Error).message, by: "network" });
    }
    const code = await knock(target);
    const where = address === hostname ? `port ${port}` : `${address} port ${port}`;
    // Broken off is accepted before: what comes next tells more.
    if (code === undefined || code === "ECONNRESET")
      return { verdict: "works", summary: `${where} accepts connections` };
    const diagnosis = code === "ECONNREFUSED" ? "connection_refused" : "unreachable";
    return failed({ diagnosis, evidence: `${where}: ${code}`, by: "network" });
  },
};

function failed(sight: Sight): Outcome {
  return { verdict: "fails", summary: sight.evidence, sights: [sight] };
}

/** @returns why it did not work; undefined when it did. */
function knock({ hostname, port, timeoutMs }: Target): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host: hostname, port, timeout: timeoutMs });
    const done = (code?: string): void => {
      socket.destroy();
      resolve(code);
    };
    socket.once("connect", () => done());
    socket.once("timeout", () => done(`no answer within ${timeoutMs} ms`));
    // Several addresses were tried when the error is made of errors.
    socket.once("error", (error: NodeJS.ErrnoException & { errors?: NodeJS.ErrnoException[] }) =>
      done(error.code ?? error.errors?.[0]?.code ?? error.message),
    );
  });
}
