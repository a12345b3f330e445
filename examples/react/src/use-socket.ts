// A socket while its component is on the screen, and the transport that serves it, if any does just now.

import { connect } from "@wireway/client";
import { useCallback, useEffect, useState, useSyncExternalStore } from "react";
import type { ToPage, ToServer } from "./events.ts";

export function useSocket() {
  const [socket] = useState(() => connect<ToPage, ToServer>({ autoConnect: false }));
  useEffect(() => {
    socket.connect();
    return () => void socket.close();
  }, [socket]);
  const watch = useCallback((changed: () => void) => socket.on("connection", changed), [socket]);
  return { socket, transport: useSyncExternalStore(watch, () => socket.connection.transport) };
}
