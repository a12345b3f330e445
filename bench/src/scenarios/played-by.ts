// Which systems play what.

/** Those that say messages over a connection of their own. */
export const messageSockets: readonly string[] = ["ws", "wireway-websocket", "socket.io", "engine.io", "sockjs", "bun"];

/** Those that push events down a stream; the first is a measure for the others. */
export const streams: readonly string[] = ["ws", "wireway-websocket", "wireway-streaming", "wireway-sse"];

/** Those that are polled, and what all are compared with. */
export const polled: readonly string[] = ["ws", "node:http", "wireway-polling"];
