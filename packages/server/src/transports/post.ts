// The two kinds of POST that all HTTP transports share: a body of packets, and *send*, which belongs to a connection and is
// answered at once.

import { decodePayload, type Packet } from "@wireway/protocol";
import { answerPackets } from "../answer.ts";
import type { Exchange, TransportContext } from "./transport.ts";

/** A dial holds an `open` and a flight of at most 16 KiB, in base64 at worst; a poll holds less. */
const maxDialBytes = 32_768;

/** The body of a dial or a poll. @throws {WirewayError} */
export async function readDial({ request }: Exchange, { bodies }: TransportContext): Promise<string> {
  return bodies.read(request, maxDialBytes);
}

/** Whether somebody is left to answer. */
export function isAnswerable({ response }: Exchange): boolean {
  return !response.destroyed && response.socket !== null && !response.socket.destroyed;
}

export async function send(exchange: Exchange, { bodies, options, sessions }: TransportContext): Promise<void> {
  const { request, response } = exchange;
  const packets: Packet[] = decodePayload(await bodies.read(request, options.terms.maxBodyBytes));
  const refusal = await sessions.approveRequest(packets, request);
  // Whether the client still waits does not matter: what it sent counts.
  answerPackets(response, refusal ? [refusal] : sessions.request(packets).answer);
}
