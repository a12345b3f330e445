// A simulated WebSocket: two wires behind a handshake.

import type { Connection, ConnectionListener } from "@wireway/protocol";
import { Cable } from "./cable.ts";
import type { Network } from "./network.ts";
import { Wire } from "./wire.ts";

interface Duplex {
  readonly cable: Cable;
  readonly client: Connection;
  readonly carries: boolean;
}

export function dialDuplex(network: Network, listener: ConnectionListener): Duplex {
  const { parts } = network;
  const { clock, faults, watch } = parts;
  const habit = faults.habits.websocket;
  const cable = new Cable(network, "websocket", listener);
  const { generation } = parts.server();
  const openMs = clock.now() + 3 * habit.latencyMs;

  const down = new Wire(parts, "websocket", "down", (packets) => {
    if (!cable.clientOver) listener.received(packets);
  });
  const server = cable.serverStream({
    send: (packets) => {
      if (cable.serverOver) return;
      watch("server", server, packets);
      down.write(packets);
      if (down.carries) cable.touch();
    },
    close: () => cable.close("server"),
  });
  const up = new Wire(parts, "websocket", "up", (packets) => {
    if (cable.serverOver) return;
    if (cable.serverListener) cable.serverListener.received(packets);
    // A dial that was under way when the server was restarted: see http.ts.
    else if (generation === parts.server().generation) cable.accept(server, packets);
  });
  const client = cable.end("stream", {
    send: (packets) => {
      if (cable.clientOver) return;
      watch("client", client, packets);
      if (habit.dial !== "works") return;
      up.write(packets, openMs);
      if (up.carries) cable.touch();
    },
    close: () => cable.close("client"),
  });
  cable.wires.push(up, down);
  if (habit.dial === "works") cable.watchQuiet();
  if (habit.dial === "refused") clock.after(2 * habit.latencyMs, () => cable.endClient());
  return {
    cable,
    client,
    get carries() {
      return cable.wires.every((wire) => wire.carries);
    },
  };
}
