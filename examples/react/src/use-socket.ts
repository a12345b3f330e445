// The page's socket while a component is on the screen, and the transport that serves, if any does just now.

import { connect } from "@wireway/client";
import { useEffect, useSyncExternalStore } from "react";
import type { ToPage, ToServer } from "./events.ts";

const socket = connect<ToPage, ToServer>();
const watch = (changed: () => void) => socket.on("connection", changed);

export function useSocket() {
  useEffect(() => {
    socket.connect();
    return () => void socket.close();
  }, []);
  return { socket, transport: useSyncExternalStore(watch, () => socket.connection.transport) };
}
