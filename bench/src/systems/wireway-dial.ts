// The body of a dial that begins a session over HTTP: it claims and joins, and may carry the first events.
// Source: docs/protocol.md, ClientOpen.

import { randomBytes } from "node:crypto";
import { separator } from "./wireway-messages.ts";
import type { Bundle } from "./wireway-posts.ts";

export interface Dial {
  readonly body: string;
  /** Messages in it. */
  readonly messages: number;
}

export function dial(early: Bundle | undefined): Dial {
  const nonce = randomBytes(16).toString("base64url");
  const parts = [`0${JSON.stringify({ nonce, received: 0, first: 1 })}`, "40"];
  if (early) parts.push(early.payload);
  return { body: parts.join(separator), messages: 1 + (early?.messages ?? 0) };
}
