// Every option of the client: what it means, in which unit, what it is when it is not given, and what it may be.

import { type EnvelopeCodec, jsonCodec, WirewayError } from "@wireway/protocol";
import type { KeyValueStorage } from "./memory.ts";
import { reportFailure } from "./platform.ts";
import type { Transport } from "./transports/transport.ts";

/** What a socket shows of who it is. */
export type AuthData = Record<string, unknown>;

/** What a socket tells the server when it joins; an asynchronous function is waited for, and events wait with it. */
export type Auth = AuthData | (() => AuthData | Promise<AuthData>);

/** Where a failure of the application's own handlers goes; `event` is what they listened to. */
export type ErrorHandler = (error: unknown, context: { readonly event: string }) => void;

/** Checks what the server sends before a handler sees it: `contracts` of `@wireway/client/contracts` makes one. */
export interface EventCheck {
  /** The arguments as handlers get them. @throws {WirewayError} `unknown_event`, `invalid_arguments` */
  args(event: string, args: readonly unknown[]): readonly unknown[];
}

export interface ConnectOptions {
  /** Path that the server is mounted at. @default "/wireway/" */
  readonly path?: string;
  /** The ways to reach the server, the best first. @default [webSocket(), streaming(), polling()] */
  readonly transports?: readonly Transport[];
  /** What the server gets as `handshake.auth`, anew in each session. @default {} */
  readonly auth?: Auth;
  /** Whether to begin a session of its own where another socket's could be shared. @default false */
  readonly forceNew?: boolean;
  /** Whether the socket connects at once, or waits for `connect()`. @default true */
  readonly autoConnect?: boolean;
  /** Added to the query of every request and upgrade, where others may read it: nothing secret. @default {} */
  readonly query?: Readonly<Record<string, string>>;
  /** How events become messages; the server needs the same one. @default jsonCodec */
  readonly codec?: EnvelopeCodec;
  /** What the server may send; what it does not keep to never reaches a handler. @default anything */
  readonly contract?: EventCheck;
  /** Where failures of the application's own handlers go. @default the platform's `reportError` */
  readonly onerror?: ErrorHandler;
  /** How long a dial may stay without proof before the next transport is dialled beside it. @default 250 */
  readonly attemptDelayMs?: number;
  /** How long a dial may stay without an answer. @default 5000 */
  readonly dialTimeoutMs?: number;
  /** Least pause between two rounds of dialling, after a first retry at once. @default 200 */
  readonly reconnectDelayMinMs?: number;
  /** Longest pause between two rounds of dialling, unless the server asks for more. @default 3500 */
  readonly reconnectDelayMaxMs?: number;
  /** Most that may wait to be confirmed by the server, in bytes; `emit` throws above it. @default 8388608 */
  readonly maxUnconfirmedBytes?: number;
  /** Above so many unconfirmed bytes `emit` returns false. @default 1048576 */
  readonly highWaterBytes?: number;
  /** Above so many unconfirmed bytes volatile events are dropped, and those with a key wait. @default 131072 */
  readonly volatileBytes?: number;
  /** How long `close()` waits for what was emitted to be confirmed, in milliseconds. @default 2000 */
  readonly closeTimeoutMs?: number;
  /** Largest message that is accepted from the server, in bytes. @default 67108864 */
  readonly maxMessageBytes?: number;
  /** Whether cookies go with HTTP requests to other origins (`include`). @default "same-origin" */
  readonly credentials?: RequestCredentials;
  /** Headers of HTTP requests, and of the upgrade where the platform allows it (not in browsers). @default {} */
  readonly headers?: Readonly<Record<string, string>>;
  /** Where it is kept for the next page what got through here; null for nowhere. @default the platform's localStorage */
  readonly storage?: KeyValueStorage | null;
  /** Makes the HTTP requests. @default the platform's */
  readonly fetch?: typeof fetch;
  /** Makes the WebSockets. @default the platform's, or that of `ws` in Node */
  readonly WebSocket?: new (
    url: string,
  ) => WebSocket;
}

type Chosen = "fetch" | "WebSocket" | "auth" | "storage" | "contract";
export type ResolvedOptions = Readonly<Required<Omit<ConnectOptions, Chosen>> & Pick<ConnectOptions, Chosen>>;

type NumberOption =
  | "attemptDelayMs"
  | "dialTimeoutMs"
  | "reconnectDelayMinMs"
  | "reconnectDelayMaxMs"
  | "maxUnconfirmedBytes"
  | "highWaterBytes"
  | "volatileBytes"
  | "closeTimeoutMs"
  | "maxMessageBytes";

const numbers: Record<NumberOption, readonly [value: number, least: number, most: number]> = {
  attemptDelayMs: [250, 0, 60_000],
  dialTimeoutMs: [5_000, 50, 3_600_000],
  reconnectDelayMinMs: [200, 1, 3_600_000],
  reconnectDelayMaxMs: [3_500, 1, 3_600_000],
  maxUnconfirmedBytes: [8_388_608, 4_096, 1_073_741_824],
  highWaterBytes: [1_048_576, 0, 1_073_741_824],
  volatileBytes: [131_072, 0, 1_073_741_824],
  closeTimeoutMs: [2_000, 0, 3_600_000],
  maxMessageBytes: [67_108_864, 1_024, 1_073_741_824],
};

/** @throws {WirewayError} `invalid_option` */
export function resolveOptions(given: ConnectOptions & Required<Pick<ConnectOptions, "transports">>): ResolvedOptions {
  const resolved: Record<string, unknown> = {
    path: "/wireway/",
    forceNew: false,
    credentials: "same-origin",
    headers: {},
    autoConnect: true,
    query: {},
    codec: jsonCodec,
    onerror: reportFailure,
  };
  for (const [name, value] of Object.entries(given)) if (value !== undefined) resolved[name] = value;
  for (const [name, [value, least, most]] of Object.entries(numbers)) {
    if (!(name in resolved)) resolved[name] = value;
    const number = resolved[name];
    check(
      Number.isSafeInteger(number) && Number(number) >= least && Number(number) <= most,
      name,
      `${least} to ${most}`,
    );
  }
  const options = resolved as unknown as ResolvedOptions;
  const { path, transports } = options;
  check(typeof path === "string" && path[0] === "/", "path", "path");
  check(Array.isArray(transports) && transports.length > 0, "transports", "none");
  check(new Set(transports.map(({ name }) => name)).size === transports.length, "transports", "twice");
  check(options.reconnectDelayMaxMs >= options.reconnectDelayMinMs, "reconnectDelayMaxMs", "order");
  return options;
}

/** @param why a word of the table's, or the bounds. */
function check(holds: boolean, name: string, why: string): void {
  if (!holds) throw new WirewayError("invalid_option", { name, why });
}
