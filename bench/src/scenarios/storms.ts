// Everybody at once: after a restart of the server, and after a cut of the network. Systems without sessions begin again in
// either case. Server CPU counts from the storm on, in a process that is cold after a restart.

import type { Usage } from "../processes/usage.ts";
import type { Peer } from "../systems/system.ts";
import type { Task } from "../task.ts";
import { atOnce } from "./at-once.ts";
import type { Figures, Scenario, Stage } from "./scenario.ts";

const task: Task = { role: "broadcast", kind: "text", bytes: 64, together: 1 };
const systems = ["ws", "wireway-websocket", "socket.io"];
const connectsAtOnce = 64;

export const storms: readonly Scenario[] = [
  {
    name: "5000 reconnect after a restart",
    group: "storms",
    unit: "server CPU, µs per connection",
    task,
    systems,
    full: { connections: 5_000, warmUpMs: 0, measureMs: 0 },
    async play(stage) {
      const crowd = await gather(stage);
      const port = await stage.restart();
      return storm(stage, port, crowd);
    },
  },
  {
    name: "5000 resume after a cut",
    group: "storms",
    unit: "server CPU, µs per connection",
    task,
    systems,
    full: { connections: 5_000, warmUpMs: 0, measureMs: 0 },
    play: async (stage) => storm(stage, stage.port, await gather(stage)),
  },
];

async function gather(stage: Stage): Promise<Peer[]> {
  const peers: Peer[] = [];
  const target = { port: stage.port, heard: () => {}, lost: () => {} };
  await atOnce(stage.size.connections, connectsAtOnce, async () => void peers.push(await stage.client.connect(target)));
  return peers;
}

async function storm(stage: Stage, port: number, peers: readonly Peer[]): Promise<Figures> {
  const before: Usage = await stage.usage();
  const startedAt = performance.now();
  let backAgain = 0;
  await Promise.all(
    peers.map(async (peer) => {
      if (peer.resume) await peer.resume(port);
      else {
        await stage.client.connect({ port, heard: () => {}, lost: () => {} });
        peer.close();
      }
      backAgain++;
    }),
  );
  const ms = performance.now() - startedAt;
  const after = await stage.usage();
  return {
    cost: (after.userUs + after.systemUs - before.userUs - before.systemUs) / backAgain,
    count: backAgain,
    more: { "ms until all are back": ms },
  };
}
