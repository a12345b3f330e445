// What servers say to each other, as seeds for what is no such thing.

import type { Random } from "@wireway/testkit";
import type { ClusterMessage } from "../../src/cluster/cluster-message.ts";
import { value } from "./words.ts";

/** @param namespace whose sockets are meant. */
export function clusterMessage(random: Random, namespace = "/"): ClusterMessage {
  const from = "server-1";
  const id = random.int(0, 9);
  const addressed = { namespace, rooms: ["a"], except: [] };
  const args: [string, ...unknown[]] = ["say", value(random)];
  return random.pick<ClusterMessage>([
    { kind: "hello", from },
    { kind: "bye", from },
    { kind: "emit", from, ...addressed, codec: "json", data: '2["news"]', volatile: true },
    { kind: "ask", from, ...addressed, codec: "msgpack", data: new Uint8Array([0x94]), id, limitMs: 50 },
    { kind: "fetch", from, ...addressed, id },
    { kind: "join", from, ...addressed, names: ["b"] },
    { kind: "disconnect", from, ...addressed, close: true },
    { kind: "end_user", from, id, user: "ann" },
    { kind: "query", from, id, namespace: "/", args },
    { kind: "answers", from, to: "server-2", id, answers: args, done: true },
    { kind: "forget", from, id },
  ]);
}
