import {
  type Connection,
  type ConnectionListener,
  defaultTerms,
  encodeEnvelope,
  openPacket,
  type Packet,
  type Request,
} from "@wireway/protocol";
import { expect, it } from "vitest";
import { Scene } from "../test/scene.ts";
import type { ConnectOptions } from "./options.ts";
import type { Socket } from "./socket.ts";
import { fallback } from "./transports/fallback.ts";
import type { Transport } from "./transports/transport.ts";

/** A polling transport whose exchanges the test answers by hand. */
class Exchanges implements Transport {
  readonly name = "polling";
  readonly streams = false;
  readonly fallback = fallback;
  /** What is under way. */
  readonly bodies = new Map<Request, readonly Packet[]>();
  #listener: ConnectionListener | undefined;

  dial(_url: URL, _environment: unknown, listener: ConnectionListener): Connection {
    this.#listener = listener;
    return {
      transport: "polling",
      lane: "exchange",
      polls: true,
      send: (packets) => void this.bodies.set("send", packets),
      poll: (packets) => void this.bodies.set("poll", packets),
      close: () => undefined,
    };
  }

  answer(request: Request, ...packets: Packet[]): void {
    this.bodies.delete(request);
    this.#listener?.settled(request, packets);
  }
}

async function start(options: ConnectOptions = {}): Promise<{ scene: Scene; polling: Exchanges; socket: Socket }> {
  const scene = new Scene();
  const polling = new Exchanges();
  const socket = scene.connect([polling], options);
  await scene.after(10);
  polling.answer(
    "send",
    openPacket({ id: "i".repeat(22), token: "t".repeat(22), received: 1, epoch: 1, first: 1, terms: defaultTerms }),
    { type: "message", data: encodeEnvelope({ type: "connect", namespace: "/", data: { sid: "s" } }) },
  );
  await scene.after(10);
  return { scene, polling, socket };
}

const said = ({ bodies }: Exchanges): string[] | undefined => bodies.get("send")?.map(({ type }) => type);

it("goes where the server asked it to although more was said since, and a body is under way", async () => {
  const { scene, polling, socket } = await start();
  socket.emit("in time");
  await scene.after(10);
  polling.answer("poll", { type: "redirect", data: JSON.stringify({ withinMs: 0 }) });
  await scene.after(10);
  socket.emit("later");
  polling.answer("send", openPacket({ received: 2 }));
  await scene.after(10);
  expect(said(polling)).toEqual(["open", "message"]);
  polling.answer("send", openPacket({ received: 3 }));
  await scene.after(10);
  expect(said(polling)).toEqual(["open", "noop", "close"]);
});

it("is closed although something waits for room that comes too late, and a body is under way", async () => {
  const { scene, polling, socket } = await start({ volatileBytes: 100, closeTimeoutMs: 50 });
  const unconfirmed: unknown[] = [];
  socket.on("disconnect", (_reason, details) => unconfirmed.push(...details.unconfirmed));
  socket.emit("large", "x".repeat(200));
  socket.with({ coalesce: "key" }).emit("newest");
  await scene.after(10);
  void socket.close();
  await scene.after(60);
  // The poll tells what has arrived, before the body itself is answered.
  polling.answer("poll", { type: "noop", data: "2" });
  await scene.after(10);
  polling.answer("send", openPacket({ received: 2 }));
  await scene.after(10);
  expect(said(polling)).toEqual(["open", "noop", "close"]);
  expect(unconfirmed).toEqual([{ event: "newest", args: [] }]);
});
