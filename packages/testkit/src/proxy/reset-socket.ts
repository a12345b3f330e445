// Resets a TCP connection in every state it may be in. The system refuses to reset one whose end is just being sent, and Node
// then neither closes it nor ever tells of its close: such a one is closed as any other.

import type { Socket } from "node:net";

export function resetSocket(socket: Socket): void {
  const isEnding = socket.writableEnded && !socket.writableFinished;
  if (isEnding) socket.destroy();
  else socket.resetAndDestroy();
}
