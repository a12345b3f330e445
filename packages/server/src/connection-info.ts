// What an application may know of the way that its messages go.

/** The way the messages go at present. */
export interface ConnectionInfo {
  /** Name of the transport, such as `websocket`. */
  readonly transport: string;
  /** The last measured round trip; undefined before the first, and where no pings go. */
  readonly roundTripMs: number | undefined;
}
