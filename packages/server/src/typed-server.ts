// The server's class as applications see it: where a contract says what is sent, its types follow from that. Without one they
// are given, or everything goes.

import type { Contract, EventMap, Events } from "@wireway/protocol";
import type { SocketData } from "./event-name.ts";
import type { HeardBy, SaidBy } from "./namespace-options.ts";
import type { ServerOptions } from "./options.ts";
import { Server as AnyServer } from "./server.ts";

/** Options with a contract for what clients send, or what the server does, or both. */
export type ContractOptions = ServerOptions & ({ readonly events: Contract } | { readonly serverEvents: Contract });

interface ServerConstructor {
  /** With contracts: events are typed by them. @throws {WirewayError} `invalid_option` */
  new <const Options extends ContractOptions, Between extends Events<Between> = EventMap, Data = SocketData>(
    options: Options,
  ): AnyServer<HeardBy<Options, EventMap>, SaidBy<Options, EventMap>, Between, Data>;
  /** With types alone. @throws {WirewayError} `invalid_option` */
  new <
    In extends Events<In> = EventMap,
    Out extends Events<Out> = EventMap,
    Between extends Events<Between> = EventMap,
    Data = SocketData,
  >(
    options?: ServerOptions,
  ): AnyServer<In, Out, Between, Data>;
}

export type Server<
  In extends Events<In> = EventMap,
  Out extends Events<Out> = EventMap,
  Between extends Events<Between> = EventMap,
  Data = SocketData,
> = AnyServer<In, Out, Between, Data>;

export const Server: ServerConstructor = AnyServer;
