// The application that `eventConformance` talks to: it does what its clients ask, in each case's namespace and in a few
// that cases share. Its namespaces are given by whoever runs it, who has the server: the testkit does not.

import { Refusal } from "@wireway/protocol";
import { eventConformance, namespaceOf } from "./event-conformance.ts";
import { contractNamespace } from "./events/contracts.ts";

type Handler = (...args: never[]) => unknown;

/** What it needs of a server's socket. */
interface ServerSocketLike {
  readonly id: string;
  readonly handshake: { readonly auth: Record<string, unknown>; readonly query: Readonly<Record<string, string>> };
  readonly data: unknown;
  clientData?: unknown;
  on(event: string, handler: Handler): unknown;
  onAny(handler: Handler): unknown;
  emit(event: string, ...args: unknown[]): boolean;
  emitWithAck(event: string, ...args: unknown[]): Promise<unknown>;
  timeout(timeoutMs: number): { emitWithAck(event: string, ...args: unknown[]): Promise<unknown> };
  disconnect(close?: boolean): unknown;
}

/** What it needs of a server's namespace. */
interface NamespaceLike {
  /** Adds a connection middleware. */
  use(middleware: (socket: ServerSocketLike, next: (error?: Error) => void) => unknown): unknown;
  /** Listens for sockets that come. */
  on(event: "connection", handler: (socket: ServerSocketLike) => unknown): unknown;
}

/**
 * Fills a server; `authenticateConformance` has to be its option `authenticate`.
 * @param of makes a namespace of the server's, with these options.
 */
export function eventConformanceServer(of: (namespace: string, options: object) => object): void {
  const kept = new Map<string, number>();
  for (const namespace of ["/", "/other", "/another", ...eventConformance.map(namespaceOf)])
    serve(of(namespace, {}) as NamespaceLike, kept);
  keepContract(of(contractNamespace, { events: contract }) as NamespaceLike);
}

/** Refuses where the client's auth wants it. Everybody is the same user. */
export function authenticateConformance(
  _handshake: unknown,
  auth: Record<string, unknown>,
): { user: string; data: Record<string, unknown> } {
  refuseAsAsked(auth);
  return { user: "everybody", data: "token" in auth ? { token: auth["token"] } : {} };
}

type Result = { readonly value: unknown } | { readonly issues: readonly { readonly message: string }[] };

/** A schema by the rules of Standard Schema. */
const schema = (validate: (value: unknown) => Result): object => ({
  "~standard": { version: 1, vendor: "wireway", validate },
});
const text = schema((value) =>
  typeof value === "string" ? { value: value.trim() } : { issues: [{ message: "must be a text" }] },
);
const number = schema((value) =>
  typeof value === "number" ? { value } : { issues: [{ message: "must be a number" }] },
);
const contract = { chat: text, add: { args: [number, number], ack: number } };

function keepContract(namespace: NamespaceLike): void {
  namespace.on("connection", (socket) => {
    socket.on("chat", (said: string) => void socket.emit("chat", said));
    socket.on("add", (one: number, other: number) => one + other);
  });
}

function refuseAsAsked({ refuse }: Record<string, unknown>): void {
  if (typeof refuse !== "object" || refuse === null) return;
  const { reason, ...options } = refuse as { reason: string; message?: string; data?: unknown; retryAfterMs?: number };
  throw new Refusal(reason, options);
}

function serve(namespace: NamespaceLike, kept: Map<string, number>): void {
  namespace.use((socket, next) => {
    const { auth } = socket.handshake;
    if (auth["fail"] !== undefined) throw new Error(auth["fail"] as string);
    if (auth["hand"] !== undefined) socket.clientData = auth["hand"];
    next();
  });
  namespace.on("connection", (socket) => {
    const { auth } = socket.handshake;
    for (let number = 0; number < Number(auth["greet"] ?? 0); number++) socket.emit("greeting", number);
    if (!auth["slow"]) attach(socket, kept);
    else return new Promise<void>((resolve) => setTimeout(resolve, 20)).then(() => attach(socket, kept));
    return undefined;
  });
}

function attach(socket: ServerSocketLike, kept: Map<string, number>): void {
  const heard: unknown[][] = [];
  const untold: (() => void)[] = [];
  socket.onAny((event: string, ...args: unknown[]) => {
    if (event === "note") heard.push([event, ...args]);
  });
  const on = (event: string, handler: (...args: unknown[]) => unknown): void => void socket.on(event, handler);
  // What it says.
  on("echo", (...args) => {
    socket.emit("echo", ...args.filter((arg) => typeof arg !== "function"));
  });
  on("message", (...args) => {
    socket.emit("message", ...args);
  });
  on("say", (event, ...args) => {
    socket.emit(event as string, ...args);
  });
  on("ask me", (event, ...args) => ask(() => socket.emitWithAck(event as string, ...args.slice(0, -1))));
  on("ask me shortly", (event) => ask(() => socket.timeout(20).emitWithAck(event as string)));
  // How it answers.
  on("return", (value) => value);
  on("return later", (value) => Promise.resolve(value));
  on("call back", (...args) => (args.at(-1) as Handler)(...(args.slice(0, -1) as never[])));
  on("answer twice", (answer) => {
    (answer as (value: string) => void)("first");
    (answer as (value: string) => void)("second");
  });
  on("never answer", () => undefined);
  on("answer when told", (value, answer) => void untold.push(() => (answer as (value: unknown) => void)(value)));
  on("tell", () => {
    for (const answer of untold.splice(0).reverse()) answer();
  });
  on("throw", (message) => {
    throw new Error(String(message));
  });
  on("reject", (message) => Promise.reject(new Error(String(message))));
  on("refuse", (reason, options) => {
    throw new Refusal(reason as string, options as { data?: unknown });
  });
  on("refuse later", (reason, options) => Promise.reject(new Refusal(reason as string, options as { data?: unknown })));
  // What it knows.
  on("heard", () => heard);
  on("id", () => socket.id);
  on("auth", () => socket.handshake.auth);
  on("data", () => socket.data);
  on("query", () => socket.handshake.query);
  on("keep", () => {
    const key = (socket.handshake.auth["keepAs"] ?? socket.id) as string;
    kept.set(key, (kept.get(key) ?? 0) + 1);
  });
  on("kept", (key) => kept.get(String(key)) ?? 0);
  // How it ends.
  on("leave", () => void socket.disconnect());
  on("end", () => void socket.disconnect(true));
}

async function ask(question: () => Promise<unknown>): Promise<unknown> {
  try {
    return { answer: await question() };
  } catch (error) {
    const { code, details = {} } = error as { code?: string; details?: { reason?: string; data?: unknown } };
    return {
      code,
      ...(details.reason !== undefined && { reason: details.reason }),
      ...(details.data !== undefined && { data: details.data }),
    };
  }
}
