// Every line of a socket's life, in memory and under a fake clock.

import { describe, expect, it } from "vitest";
import { Scene } from "../test/scene.ts";
import { type DebugOptions, debug } from "./debug.ts";
import type { Socket } from "./socket.ts";

function logged(socket: Socket, options?: DebugOptions): { lines: string[]; args: unknown[][]; undo: () => void } {
  const lines: string[] = [];
  const args: unknown[][] = [];
  const log = (line: string, ...rest: unknown[]): void => {
    lines.push(line);
    args.push(rest);
  };
  return { lines, args, undo: debug(socket, log, options) };
}

describe("debug", () => {
  it("tells of dials with their verdicts, of connections, of events with their sizes, and of the end", async () => {
    const scene = new Scene();
    scene.fates = { a: "refused" };
    const socket = scene.connect(["a", "b"]);
    const { lines, args } = logged(socket);
    socket.emit("say", "secret", new Uint8Array(100));
    await scene.after(1_000);
    scene.say({ type: "event", namespace: "/", args: ["a\nb", "é"] });
    await scene.after(50);
    scene.say({ type: "error", namespace: "/", data: { code: "rate_limited" } });
    await scene.after(50);
    scene.end("closed");
    await scene.after(50);
    expect(lines.map((line) => line.replace(/socket-\d+/, "socket-N"))).toEqual([
      "wireway / dial a: not answered yet",
      "wireway / out say, 118 bytes",
      "wireway / dial a: the platform reported the connection lost, ended after 10 ms",
      "wireway / dial b: not answered yet",
      "wireway / moved to b, round trip 20 ms",
      "wireway / connected as socket-N",
      'wireway / in "a\\nb", 13 bytes',
      "wireway / warning: rate_limited, too much was sent: a rate limit is near",
      "wireway / dial b: served for 1080 ms; the application closed the session, ended after 1100 ms",
      "wireway / no connection at present",
      "wireway / disconnected: closed, the application closed the session",
    ]);
    expect(args.flat()).toEqual([]);
  });

  it("logs arguments where they are wanted", async () => {
    const scene = new Scene();
    const socket = scene.connect(["a"]);
    const { args } = logged(socket, { args: true });
    socket.emit("say", "one", 2, () => undefined);
    expect(args.at(-1)).toEqual(["one", 2]);
  });

  it("tells what had been tried before it was called, and nothing after it is undone", async () => {
    const scene = new Scene();
    scene.fates = { a: "refused" };
    const socket = scene.connect(["a"]);
    await scene.after(100);
    const { lines, undo } = logged(socket);
    expect(lines.length).toBeGreaterThan(0);
    const before = lines.length;
    undo();
    socket.emit("say");
    scene.fates = {};
    await scene.after(5_000);
    expect(socket.connected).toBe(true);
    expect(lines).toHaveLength(before);
  });
});
