// Wireway, on default options.

import { connect } from "@wireway/client";
import { WebSocket as BareWebSocket } from "ws";
import { createClientEnd } from "../matrix/client-end.ts";
import { startServerEnd } from "../matrix/server-end.ts";
import type { System } from "./system.ts";

export const wireway: System = {
  name: "Wireway",
  startServer: startServerEnd,
  createClient: () => createClientEnd(connect, BareWebSocket as unknown as typeof WebSocket),
};
