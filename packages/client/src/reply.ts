// How a handler of the application's answers an event: once, be it with a value or by failing.
// Not here: which handlers there are (handlers), and whether the socket is still there to answer (membership).

import { type Envelope, failureComplaint, once } from "@wireway/protocol";
import type { Reply } from "./membership-listener.ts";

/** The one answer to the event that carried `id`. What comes second does nothing. */
export function replyOf(namespace: string, id: number, event: string, say: (answer: Envelope) => void): Reply {
  const send = once(([answer]) => say(answer as Envelope));
  return {
    answer: (...args) => send({ type: "ack", namespace, id, args }),
    fail: (error) => send({ type: "error", namespace, id, data: failureComplaint(error, event) }),
  };
}
