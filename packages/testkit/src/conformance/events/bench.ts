// What a run of the event API's list brings, and what the cases see of a client's socket: its methods without the types
// that an application gives them. Nothing here knows a platform, so that a page can run the list as well as Node.

export type Handler = (...args: never[]) => unknown;

/** What every way to emit can do. */
export interface EmitterLike {
  /** Sends an event; a function as the last argument gets the answer. */
  emit(event: string, ...args: unknown[]): boolean;
  /** Sends an event, and resolves with the answer. */
  emitWithAck(event: string, ...args: unknown[]): Promise<unknown>;
}

/** A client's socket; what its members do is told at the client's `Socket`. */
export interface SocketLike extends EmitterLike, AsyncDisposable {
  readonly namespace: string;
  readonly id: string | undefined;
  readonly connected: boolean;
  readonly active: boolean;
  readonly recovered: boolean;
  readonly data: unknown;
  readonly bufferedBytes: number;
  readonly volatile: EmitterLike;
  connect(): unknown;
  close(): Promise<void>;
  on(event: string, handler: Handler, options?: { signal?: AbortSignal }): () => void;
  once(event: string, handler: Handler, options?: { signal?: AbortSignal }): () => void;
  off(event?: string, handler?: Handler): unknown;
  onAny(handler: Handler): () => void;
  offAny(handler?: Handler): unknown;
  onAnyOutgoing(handler: Handler): () => void;
  offAnyOutgoing(handler?: Handler): unknown;
  send(...args: unknown[]): boolean;
  timeout(timeoutMs: number): EmitterLike;
  with(options: { timeoutMs?: number; signal?: AbortSignal; volatile?: boolean; coalesce?: string }): EmitterLike;
  drained(): Promise<void>;
  events(event: string, options?: { signal?: AbortSignal; maxWaiting?: number }): AsyncIterableIterator<unknown[]>;
  authenticate(auth: Record<string, unknown>): Promise<void>;
}

/** Of the client's options those that the cases set. */
export interface SocketOptions {
  readonly namespace?: string;
  readonly forceNew?: boolean;
  readonly autoConnect?: boolean;
  readonly auth?: unknown;
  readonly query?: Readonly<Record<string, string>>;
  readonly highWaterBytes?: number;
  readonly closeTimeoutMs?: number;
  readonly onerror?: (error: unknown, context: { readonly event: string }) => void;
}

/** What a runner brings. */
export interface EventBench {
  /** The one that client and server have. */
  readonly codec: "json" | "msgpack";
  /** A client's socket in a namespace of a server that `eventConformanceServer` was given, with these of its options. */
  connect(namespace: string, options: object): object;
  /** A `Refusal` of the client's. */
  refusal(reason: string, options?: { readonly message?: string; readonly data?: unknown }): Error;
  /** Ends every connection to the server, without a word to either end. */
  cut(): Promise<void>;
}

/** One thing that a socket has to do. */
export interface EventCase {
  /** A sentence about what the socket does. */
  readonly name: string;
  /** Whether it ends connections, those of others too. */
  readonly cuts?: true;
  /** Rejects with what was not as it has to be. */
  readonly run: (scene: Scene) => Promise<void>;
}

/** What one case plays on. */
export interface Scene {
  readonly bench: EventBench;
  /** A socket of the case's own namespace, closed when the case is over. Shares its session unless `forceNew` is set. */
  readonly connect: (options?: SocketOptions) => SocketLike;
  /** The same, once it is connected. */
  readonly open: (options?: SocketOptions) => Promise<SocketLike>;
}
