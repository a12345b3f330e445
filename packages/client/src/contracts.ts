// Contracts at the client, for the option `contract`. Not in the index: most clients trust their server, and types alone cost
// nothing.

import { type Contract, ContractCheck } from "@wireway/protocol";
import type { EventCheck } from "./options.ts";

export type {
  Contract,
  ContractIssue,
  EventContract,
  EventsOf,
  HandledEventsOf,
  Schema,
} from "@wireway/protocol";

/**
 * What the server may send: events by their names, with a schema for each argument, of any library that speaks Standard
 * Schema. Asynchronous schemas are refused when they are used. The server hears of what it did not keep to: as the error of
 * its acknowledgement, or as its socket's `warning`.
 * @throws {WirewayError} `invalid_option`
 */
export function contracts(contract: Contract): EventCheck {
  const check = new ContractCheck(contract, "contract");
  return { args: (event, args) => check.argsNow(event, args) };
}
