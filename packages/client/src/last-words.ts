// How a page that leaves for good says so: by a POST of its own, whatever its transport. What is written to a WebSocket at that
// moment Firefox throws away.

import { type ClientSession, type Driver, encodePayload, farewell } from "@wireway/protocol";
import type { ClientEnvironment, SendLast } from "./platform.ts";
import { address } from "./transports/transport.ts";

/** Says that the session is over, although the page goes away at this moment and nobody hears an answer. */
export function sayLast(driver: Driver<ClientSession>, url: URL, environment: ClientEnvironment): void {
  const packets = driver.run((session, now) => farewell(session, now));
  if (!packets) return;
  const target = address(url, { transport: "polling", request: "send" });
  (environment.sendLast ?? sendLast)(target, encodePayload(packets), environment.style);
}

export const sendLast: SendLast = (url, body, { headers, credentials }) => {
  // A beacon has no headers and always has its cookies.
  if (Object.keys(headers).length === 0 && navigator.sendBeacon?.(url, body)) return;
  const type = { "content-type": "text/plain" };
  fetch(url, { method: "POST", body, headers: { ...headers, ...type }, credentials, keepalive: true }).catch(
    () => undefined,
  );
};
