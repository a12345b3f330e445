import { once } from "node:events";
import type { Socket } from "node:net";
import { describe, expect, it } from "vitest";
import { socketPair } from "../../test/socket-pair.ts";
import { readDirect, type Writer, writeDirect, writeStream } from "./direct-socket.ts";

const unheard: Writer = { left: () => expect.unreachable("told of what has left at once") };

/** Everything that comes until the other end says no more. */
async function all(socket: Socket): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

describe("what comes", () => {
  it("is taken from one buffer that all sockets share, and the end comes as ever", async () => {
    const [one, other] = [await socketPair(), await socketPair()];
    const taken: string[] = [];
    const buffers = new Set<Buffer>();
    for (const [name, { near, far }] of Object.entries({ one, other })) {
      const isDirect = readDirect(near, function (bytes, buffer) {
        taken.push(buffer.toString("latin1", 0, bytes));
        buffers.add(buffer);
        return expect(this).toBe(near) ?? true;
      });
      expect(isDirect).toBe(true);
      near.resume();
      far.end(`from ${name}`);
      await once(near, "end");
    }
    expect(taken).toEqual(["from one", "from other"]);
    expect(buffers.size).toBe(1);
  });

  it("waits while the socket is paused", async () => {
    const { near, far } = await socketPair();
    const taken: string[] = [];
    readDirect(near, (bytes, buffer) => taken.push(buffer.toString("latin1", 0, bytes)) > 0);
    near.resume();
    near.pause();
    far.write("early");
    // A round through the kernel in the other direction: what was written before has come by then.
    near.write("there");
    await once(far, "data");
    expect(taken).toEqual([]);
    near.resume();
    far.end();
    await once(near, "end");
    expect(taken).toEqual(["early"]);
  });

  it("comes as data where a private part of Node is missing", async () => {
    const { near, far } = await socketPair();
    const { _handle } = near as Socket & { readonly _handle?: object };
    Object.defineProperty(_handle, "useUserBuffer", { value: undefined });
    expect(readDirect(near, () => expect.unreachable("taken"))).toBe(false);
    far.end("as ever");
    expect((await all(near)).toString()).toBe("as ever");
  });
});

describe("what is written", () => {
  it.each(["a text", Buffer.from("some bytes")])("leaves at once: %s", async (data) => {
    const { near, far } = await socketPair();
    expect(writeDirect(near, data, unheard)).toBe(0);
    near.end(" and more");
    expect((await all(far)).toString()).toBe(`${data} and more`);
  });

  it.each(["direct", "by streams"])("leaves in order, and is told of, when it did not at once (%s)", async (way) => {
    const { near, far } = await socketPair();
    const large = Buffer.alloc(20_000_000, "x");
    const left = new Promise<void>((resolve) => {
      const waits = (way === "direct" ? writeDirect : writeStream)(near, large, { left: resolve });
      expect(waits).toBeGreaterThan(0);
      expect(waits).toBeLessThanOrEqual(large.length);
    });
    near.end("behind it");
    const came = await all(far);
    await left;
    expect(came.length).toBe(large.length + 9);
    expect(came.subarray(-10).toString()).toBe("xbehind it");
  });

  it("in one go is not mixed up with what still waits on another socket", async () => {
    const [slow, quick] = [await socketPair(), await socketPair()];
    const large = Buffer.alloc(20_000_000, "s");
    const left = new Promise<void>((resolve) => writeDirect(slow.near, large, { left: resolve }));
    expect(writeDirect(quick.near, Buffer.from("q"), unheard)).toBe(0);
    slow.near.end();
    quick.near.end();
    expect((await all(quick.far)).toString()).toBe("q");
    expect((await all(slow.far)).equals(large)).toBe(true);
    await left;
  });

  it("has a request of its own, even when all of it left while that was made", async () => {
    const [quick, slow] = [await socketPair(), await socketPair()];
    const large = Buffer.alloc(20_000_000, "x");
    const { _handle } = quick.near as Socket & { readonly _handle?: object };
    Object.defineProperty(_handle, "writeQueueSize", { value: 0 });
    writeDirect(quick.near, large, { left: () => undefined });
    // With the same request once more, Node would end the process.
    const left = new Promise<void>((resolve) => writeDirect(slow.near, large, { left: resolve }));
    for (const { near } of [quick, slow]) near.end();
    for (const { far } of [quick, slow]) expect((await all(far)).length).toBe(large.length);
    await left;
  });

  it("to a socket that is gone is no error", async () => {
    const { near } = await socketPair();
    near.destroy();
    expect(writeDirect(near, "late", unheard)).toBe(0);
  });

  it("ends the socket when the system refuses it", async () => {
    const { near, far } = await socketPair();
    far.resume();
    near.end();
    await once(near, "finish");
    const failures: unknown[] = [];
    near.on("error", (error) => failures.push(error));
    const closed = new Promise((resolve) => near.once("close", resolve));
    expect(writeDirect(near, "behind the end", unheard)).toBe(0);
    await closed;
    // Streams know by themselves that they have ended.
    for (const failure of failures) expect(failure).toMatchObject({ message: "write EPIPE", code: "EPIPE" });
  });
});
