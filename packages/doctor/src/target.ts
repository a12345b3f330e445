// What is examined: the server's address, and how every request to it is made. Filled in by and by: what one check learns
// of the server the next ones use.

import { Agent as PlainAgent } from "node:http";
import { Agent as SecureAgent } from "node:https";
import { defaultTerms, protocolVersion, type Terms } from "@wireway/protocol";
import type { CheckName, ServerFacts } from "./report.ts";

/** What is examined, and how. */
export interface ExamineOptions {
  /** The server's address, by http, https, ws or wss; its path is a namespace, as in `connect`. */
  readonly url: string | URL;
  /** Path that the server is mounted at. @default "/wireway/" */
  readonly path?: string;
  /** The origin of the page that the requests pretend to come from. @default the address's own */
  readonly origin?: string;
  /** Sent with every request. @default {} */
  readonly headers?: Readonly<Record<string, string>>;
  /** How long an answer may take. @default 5000 */
  readonly timeoutMs?: number;
  /** Whether to go on when the certificate is not trusted. @default false */
  readonly insecure?: boolean;
  /** Whether to wait for what becomes of quiet connections, as long as the server's ping takes. @default false */
  readonly idle?: boolean;
  /** Hears which checks are under way, whenever that changes. */
  readonly onProgress?: (underway: readonly CheckName[]) => void;
}

export class Target {
  /** The address of the transports, without a query of its own. */
  readonly url: URL;
  readonly namespace: string;
  readonly timeoutMs: number;
  readonly insecure: boolean;
  readonly agent: PlainAgent;
  /** Of the page whose requests these pretend to be. */
  readonly origin: string;
  /** Whether that was asked for, and not just taken from the address. */
  readonly isOriginGiven: boolean;
  readonly #headers: Readonly<Record<string, string>>;
  /** False once the server has refused the origin: the rest is examined without one. */
  sendsOrigin = true;
  facts: ServerFacts | null = null;
  /** A round trip on a connection that stood, as far as one was measured. */
  roundTripMs: number | undefined;

  constructor(options: ExamineOptions) {
    const { path = "/wireway/", headers = {}, timeoutMs = 5_000, insecure = false } = options;
    const given = serverUrl(options.url);
    this.namespace = given.pathname === path ? "/" : given.pathname;
    given.pathname = path;
    given.hash = "";
    this.url = given;
    this.isOriginGiven = options.origin !== undefined;
    this.origin = options.origin ?? given.origin;
    this.#headers = headers;
    this.timeoutMs = timeoutMs;
    this.insecure = insecure;
    // Connections are kept as a browser does: a round trip shall not be measured with a handshake in it.
    const agentOptions = { keepAlive: true, timeout: 60_000 };
    this.agent = this.isSecure
      ? new SecureAgent({ ...agentOptions, rejectUnauthorized: !insecure })
      : new PlainAgent(agentOptions);
  }

  get isSecure(): boolean {
    return this.url.protocol === "https:";
  }

  get port(): number {
    return Number(this.url.port || (this.isSecure ? 443 : 80));
  }

  /** As sockets take it: without the brackets of an IPv6 address. */
  get hostname(): string {
    return this.url.hostname.replace(/^\[(.*)\]$/, "$1");
  }

  /** What a session there keeps to, or the defaults while that is unknown. */
  get terms(): Terms {
    return this.facts?.terms ?? defaultTerms;
  }

  /** How long a stream's bytes may take before they count as held back. */
  get patienceMs(): number {
    return Math.min(this.timeoutMs, Math.max(1_000, 6 * (this.roundTripMs ?? 0)));
  }

  get headers(): Record<string, string> {
    return { ...(this.sendsOrigin && { origin: this.origin }), ...this.#headers };
  }

  /** What the user gave, without what the doctor adds. */
  get ownHeaders(): Readonly<Record<string, string>> {
    return this.#headers;
  }

  address(query: Readonly<Record<string, string>>): URL {
    const address = new URL(this.url);
    for (const [name, value] of Object.entries({ v: String(protocolVersion), ...query })) {
      address.searchParams.set(name, value);
    }
    return address;
  }

  learn(facts: Partial<ServerFacts>): void {
    this.facts = { product: null, headers: {}, terms: null, ...this.facts, ...facts };
  }

  close(): void {
    this.agent.destroy();
  }
}

/** @throws {TypeError} when it is no address of a server. */
export function serverUrl(given: string | URL): URL {
  let text = String(given);
  // As people write addresses: what is on this machine rarely speaks TLS, the rest does.
  if (!/^[a-z][a-z\d+.-]*:\/\//i.test(text)) {
    text = `${/^(?:localhost|127\.|\[::1\]|[\w.-]+\.localhost\b)/i.test(text) ? "http" : "https"}://${text}`;
  }
  const url = new URL(text.replace(/^ws(?=s?:)/i, "http"));
  if (!/^https?:$/.test(url.protocol) || url.hostname === "") throw new TypeError("not an address by http or https");
  return url;
}
