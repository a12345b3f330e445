// The two kinds of POST that all HTTP transports share: a body of packets, and *send*, which belongs to a connection and is
// answered at once.

import { decodePayload } from "@wireway/protocol";
import { answerPackets } from "../answer.ts";
import type { RouteHandler } from "../routes.ts";
import type { Approval } from "../sessions.ts";
import type { TransportContext } from "./transport.ts";

/** A dial holds an `open` and a flight of at most 16 KiB, in base64 at worst; a poll holds less. */
export const maxDialBytes = 32_768;

export function send({ options, sessions }: TransportContext): RouteHandler {
  return {
    maxBodyBytes: options.terms.maxBodyBytes,
    handle(exchange, body) {
      const packets = decodePayload(body);
      return whenApproved(sessions.approveRequest(packets, exchange.request), (refusal) => {
        // Whether the client still waits does not matter: what it sent counts.
        answerPackets(exchange, refusal ? [refusal] : sessions.request(packets).answer);
      });
    },
  };
}

/** Goes on at once where nobody has to be asked. */
export function whenApproved(
  approval: Approval | Promise<Approval>,
  goOn: (refusal: Approval) => void,
): Promise<void> | void {
  if (approval instanceof Promise) return approval.then(goOn);
  goOn(approval);
}
