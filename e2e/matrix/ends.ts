// What a run needs of its two ends, whichever library they speak and wherever the client lives: in this process, or in a
// page that is told what to do from here.

/** What one end has said and heard. Messages are numbers, from 0 on. */
export interface EndReport {
  readonly sent: number;
  readonly received: readonly number[];
  /** From the beginning to the first arrival; null when nothing arrived. */
  readonly firstHeardMs: number | null;
  /** The longest time between two arrivals while the other end spoke. */
  readonly silenceMs: number;
}

export interface ClientReport extends EndReport {
  /** Why the library told the application that all was over, each time. */
  readonly disconnects: readonly string[];
  /** Code, or words, of each connection that could not be made. */
  readonly errors: readonly string[];
  readonly transport: string | null;
  /** When a connection was lost (`null`) or there, since the beginning. */
  readonly moves: readonly { readonly atMs: number; readonly transport: string | null }[];
  /** What was tried and what came of it, in words. */
  readonly attempts: readonly string[];
}

/** A fresh client's first message. */
export interface FirstMessage {
  /** From `connect` to the answer; null when none came. */
  readonly ms: number | null;
  /** What served in the end: the one that was asked for, if it came. */
  readonly transport: string | null;
}

export interface ServerEnd {
  /** As `127.0.0.1:54321`. */
  readonly target: string;
  speak(everyMs: number): void;
  hush(): void;
  report(): EndReport;
  close(): Promise<void>;
}

export interface ClientEnd {
  /** Connects a fresh client and lets it speak at once; waits until `transport` serves, if it is named. */
  first(url: string, transport: string | null): Promise<FirstMessage>;
  /** The same with a bare WebSocket and an echo. */
  bare(url: string): Promise<FirstMessage>;
  /** Connects the client of a run. */
  begin(url: string): Promise<void>;
  speak(everyMs: number): Promise<void>;
  hush(): Promise<void>;
  /** Tells the page that it is online. */
  online(): Promise<void>;
  report(): Promise<ClientReport>;
  end(): Promise<void>;
}

/** How messages are called, by any library. */
export const events = { hello: "hello", answer: "answer", up: "up", down: "down" } as const;
