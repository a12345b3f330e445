// What an application says about how an event is sent, checked where it says it.

import { type EmitOptions, WirewayError } from "@wireway/protocol";

/** @throws {WirewayError} `invalid_option` */
export function checkEmitOptions(options: EmitOptions): EmitOptions {
  const { timeoutMs } = options;
  if (timeoutMs !== undefined && !(timeoutMs >= 0 && timeoutMs < Number.POSITIVE_INFINITY)) {
    throw new WirewayError("invalid_option", { name: "timeoutMs", why: "must be a number of milliseconds from 0" });
  }
  return options;
}
