// A session's identity at work: the guard that a session has, a socket that wants in, and a client that shows new auth.

import {
  type AckEnvelope,
  type AuthenticateEnvelope,
  type ErrorEnvelope,
  type Few,
  Refusal,
  refusalData,
} from "@wireway/protocol";
import { Guard } from "./guard.ts";
import type { Peer } from "./peer.ts";
import type { PeerContext } from "./peer-context.ts";
import type { Socket } from "./socket.ts";

/** When a client may try to renew its auth again that nobody could judge. */
const renewalRetryMs = 1_000;

/** Undefined without the option `authenticate`: then whoever has the token has the session. */
export function guardOf(peer: Peer, { clock, identifier, options, sessions }: PeerContext): Guard | undefined {
  if (!identifier) return undefined;
  return new Guard(peer.handshake, {
    clock,
    identifier,
    graceMs: options.authenticationGraceMs,
    endings: sessions.users,
    identified: (user) => sessions.users.add(user, peer),
    expired: () => peer.warn({ code: "authentication_expired" }),
    overdue: () => peer.close("authentication_expired"),
  });
}

/** Rejects with a `Refusal`, or with what was reported already. */
export async function identify(guard: Guard, socket: Socket): Promise<void> {
  const { data } = await guard.identify(socket.handshake.auth);
  mergeData(socket, data);
}

/** @returns what the client is told. */
export async function renew(
  guard: Guard | undefined,
  { namespace, id, data: auth }: AuthenticateEnvelope,
  sockets: Pick<Few<string, Socket>, "values">,
): Promise<AckEnvelope | ErrorEnvelope> {
  try {
    // Without an option to ask, there is nobody who could accept it.
    if (!guard) throw new Refusal("not_authenticated");
    const { data } = await guard.identify(auth);
    for (const socket of sockets.values()) mergeData(socket, data);
    return { type: "ack", namespace, id, args: [] };
  } catch (error) {
    const words = error instanceof Refusal ? refusalData(error) : { retryAfterMs: renewalRetryMs };
    return { type: "error", namespace, id, data: { code: "refused", ...words } };
  }
}

/** Own keys alone, so that none of them is taken for a prototype. */
function mergeData(socket: Socket, data: object | undefined): void {
  for (const [name, value] of Object.entries(data ?? {})) {
    Object.defineProperty(socket.data, name, { value, configurable: true, enumerable: true, writable: true });
  }
}
