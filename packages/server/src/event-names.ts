// The names of events on their way out, for whoever watches them (taps), so that no message has to be read back for its name.
// Kept as long as the message is, and only while somebody watches.

import { channel } from "node:diagnostics_channel";
import type { Message } from "@wireway/protocol";

const watched = channel("wireway:event:out");
const names = new WeakMap<Message, string>();

/** An event has become a message, for one receiver or for many. @returns the message. */
export function noted(message: Message, event: string): Message {
  if (watched.hasSubscribers) names.set(message, event);
  return message;
}

/** Undefined for what another server said, and for what nobody watched. */
export function nameOf(message: Message): string | undefined {
  return names.get(message);
}
