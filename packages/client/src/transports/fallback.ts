// What comes with the HTTP transports, because WebSocket alone has no use for it: the choice between several, the rules of
// requests, and how a page that leaves says its last words.

import { type ClientSession, type Driver, type Exchanges, encodePayload, exchanges, farewell } from "@wireway/protocol";
import type { Choose } from "../choice.ts";
import { Evidence } from "../evidence.ts";
import type { ClientEnvironment, SendLast } from "../platform.ts";
import { address } from "./transport.ts";

/** What a client needs beside the dials of a transport that others stand in front of. */
export interface Fallback {
  readonly choose: Choose;
  readonly exchanges: Exchanges;
  /** Says that the session is over, although the page goes away at this moment and nobody hears an answer. */
  readonly leave: (driver: Driver<ClientSession>, url: URL, environment: ClientEnvironment) => void;
}

export const fallback: Fallback = {
  choose: (connector) => new Evidence(connector),
  exchanges,
  leave: (driver, url, environment) => {
    const packets = driver.run((session, now) => farewell(session, now));
    if (!packets) return;
    const target = address(url, { transport: "polling", request: "send" });
    (environment.sendLast ?? sendLast)(target, encodePayload(packets), environment.style);
  },
};

export const sendLast: SendLast = (url, body, { headers, credentials }) => {
  // A beacon has no headers and always has its cookies.
  if (Object.keys(headers).length === 0 && navigator.sendBeacon?.(url, body)) return;
  const type = { "content-type": "text/plain" };
  fetch(url, { method: "POST", body, headers: { ...headers, ...type }, credentials, keepalive: true }).catch(
    () => undefined,
  );
};
