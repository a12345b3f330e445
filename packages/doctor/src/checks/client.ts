// What an application gets in the end: the real client with default options. This one joins the namespace, so that the
// server's application hears of it; when its middleware refuses the doctor, the way there works all the same.

import { connect, type WirewayError } from "@wireway/client";
import type { Check, Outcome } from "../finding.ts";
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
  let best = "";
  let roundTripMs: number | undefined;
  let moved: (() => void) | undefined;
  socket.on("connection", () => {
    look();
    moved?.();
  });
  const look = (): void => {
    best = socket.connection?.transport ?? best;
    roundTripMs = socket.connection?.roundTripMs ?? roundTripMs;
  };
  const admitted = new Promise<WirewayError | undefined>((resolve) => {
    socket.on("connect", () => resolve(undefined));
    // One that reaches nobody goes on trying, until the time is up.
    socket.on("connect_error", (error: WirewayError) => {
      if (error.code !== "unreachable") resolve(error);
    });
    setTimeout(resolve, target.timeoutMs, unreached).unref();
  });
  const error = await admitted;
  const tookMs = performance.now() - startedMs;
  // Where the quicker transport was not the best one, the session is about to move.
  look();
  if (error === undefined && best !== "websocket") {
    await within(
      new Promise<void>((resolve) => {
        moved = resolve;
      }),
      settleMs,
    );
  }
  look();
  await bye(socket);
  if (error === undefined || error.code === "refused") {
    const how = best === "" ? "" : ` over ${best}`;
    const refusal = error ? `; the application refused the doctor (${error.message})` : "";
    return { verdict: "works", summary: `connected${how}${refusal}`, firstMessageMs: tookMs, roundTripMs };
  }
  const diagnosis = error.code === "unknown_namespace" ? "namespace_unknown" : "client_failed";
  const evidence = diagnosis === "namespace_unknown" ? `${target.namespace}: ${error.message}` : error.message;
  const sights = [{ diagnosis, evidence, by: diagnosis === "client_failed" ? "doctor" : "server" } as const];
  return { verdict: "fails", summary: evidence, sights };
}

const unreached = { code: "timed_out", message: "not connected in time" } as WirewayError;

/** The last words leave before the process does. */
async function bye(socket: ReturnType<typeof connect>): Promise<void> {
  const over = new Promise<void>((resolve) => {
    socket.on("disconnect", () => resolve());
  });
  socket.close();
  await within(over, settleMs);
}
