// How the server's ends are typed beside what the protocol says of events: their names, and what an application keeps with
// a socket.

/** The names of a description's events. */
export type EventName<Map> = keyof Map & string;

/** What a socket's `data` is where an application says nothing about it. */
export type SocketData = Record<string, unknown>;
