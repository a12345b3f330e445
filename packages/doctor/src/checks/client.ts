// What an application gets in the end: the real client with default options. This one joins the namespace, so that the
// server's application hears of it; when its middleware refuses the doctor, the way there works all the same.

import { connect, type Socket, type WirewayError } from "@wireway/client";
import type { Check, Outcome, Sight } from "../finding.ts";
import type { Target } from "../target.ts";
import { within } from "../wire/within.ts";

/** How long what is under way may take to settle. */
const settleMs = 500;

export const client: Check = {
  name: "client",
  run: async (target) => {
    if (target.insecure && target.isSecure) {
      return { verdict: "skipped", summary: "the client itself cannot look past an untrusted certificate" };
    }
    return talk(target);
  },
};

async function talk(target: Target): Promise<Outcome> {
  const address = new URL(target.url);
  address.pathname = target.namespace;
  const startedMs = performance.now();
  const socket = connect(address, { path: target.url.pathname, headers: target.headers, forceNew: true });
  const admitted = new Promise<WirewayError | undefined>((resolve) => {
    socket.on("connect", () => resolve(undefined));
    // One that reaches nobody goes on trying, until the time is up.
    socket.on("connect_error", (error: WirewayError) => {
      if (error.code !== "unreachable") resolve(error);
    });
  });
  const error = await within(admitted, target.timeoutMs);
  const firstMessageMs = performance.now() - startedMs;
  if (error === undefined) await onBest(socket, target);
  const { transport, roundTripMs, attempts } = socket.connection;
  await bye(socket);
  if (error === "late") {
    const tried = attempts.map(({ transport: name, verdict }) => `${name}: ${verdict}`).join("; ");
    const evidence = `not connected within ${target.timeoutMs} ms${tried === "" ? "" : ` (${tried})`}`;
    return failed({ diagnosis: "client_failed", evidence, by: "doctor" });
  }
  const how = transport === undefined ? "" : ` over ${transport}`;
  if (error === undefined) return { verdict: "works", summary: `connected${how}`, firstMessageMs, roundTripMs };
  if (error.code === "unknown_namespace") {
    return failed({ diagnosis: "namespace_unknown", evidence: `there is no ${target.namespace}`, by: "server" });
  }
  // The refusal came over a way that works.
  return {
    verdict: "works",
    summary: `reached${how}; the application refused the doctor (${error.message})`,
    firstMessageMs,
  };
}

/** Where the quickest transport was not the best one, the session moves soon. */
async function onBest(socket: Socket, { roundTripMs = 0 }: Target): Promise<void> {
  const moved = new Promise<void>((resolve) => {
    const look = (): void => {
      if (socket.connection.transport === "websocket") resolve();
    };
    socket.on("connection", look);
    look();
  });
  await within(moved, Math.max(settleMs, 3 * roundTripMs));
}

function failed(sight: Sight): Outcome {
  return { verdict: "fails", summary: sight.evidence, sights: [sight] };
}

/** The last words leave before the process does. */
async function bye(socket: Socket): Promise<void> {
  const over = new Promise<void>((resolve) => {
    socket.on("disconnect", () => resolve());
  });
  void socket.close();
  await within(over, settleMs);
}
