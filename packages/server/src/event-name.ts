// The names of a description's events; the rest of how events are typed is the protocol's.

/** The names of a description's events. */
export type EventName<Map> = keyof Map & string;
