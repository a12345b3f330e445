// WebSocket: is it admitted, do frames arrive in both directions, does it stay.
// Where the server did not answer over it, a look from the side (a poll with the same nonce) tells which direction failed.

import type { IncomingMessage } from "node:http";
import { closePacket, decodePayload, encodePayload } from "@wireway/protocol";
import { WebSocket } from "ws";
import type { Check, Outcome, Sight } from "../finding.ts";
import type { Target } from "../target.ts";
import { type ExchangeFailure, failureOf } from "../wire/exchange.ts";
import { PacketInbox } from "../wire/packet-inbox.ts";
import { sightOf } from "../wire/refusal.ts";
import { quickest } from "../wire/round-trips.ts";
import { claim, createNonce, end, heardOf, move, type Names, namesOf, openIn } from "../wire/words.ts";

/** How long a WebSocket is watched: those that are cut soon are cut within this. */
const watchMs = 1_000;

export const websocket: Check = {
  name: "websocket",
  run: async (target) => {
    const startedMs = performance.now();
    const opened = await openWebSocket(target);
    if (opened instanceof Error) return failed(upgradeSight(target, opened));
    if ("status" in opened) return failed(upgradeRefusal(target, opened));
    const { socket, inbox } = opened;
    let names: Names | undefined;
    try {
      const nonce = createNonce();
      socket.send(claim(nonce));
      const answer = await inbox.take("open", target.timeoutMs);
      names = answer && namesOf(openIn(`0${String(answer.packet.data)}`) ?? { received: 0 });
      if (!answer || !names) return failed(await framesSight(target, inbox, nonce));
      const firstMessageMs = answer.atMs - startedMs;
      const roundTripMs = await roundTrip(socket, inbox, names, target);
      if (roundTripMs === undefined) return failed(lostLater(inbox, target));
      const cut = await inbox.endsWithin(watchMs);
      if (cut !== undefined) {
        const evidence = `after ${Math.round(performance.now() - startedMs)} ms: ${cut}`;
        const sight: Sight = { diagnosis: "websocket_cut", evidence, by: "intermediary" };
        return { verdict: "fails", summary: `cut ${evidence}`, firstMessageMs, roundTripMs, sights: [sight] };
      }
      return { verdict: "works", summary: "carries messages both ways", firstMessageMs, roundTripMs };
    } finally {
      await hangUp(socket, inbox, names, target);
    }
  },
};

export interface OpenedWebSocket {
  readonly socket: WebSocket;
  readonly inbox: PacketInbox;
}

/** What was answered instead of 101. */
export interface UpgradeRefusal {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  readonly text: string;
}

export function openWebSocket(target: Target): Promise<OpenedWebSocket | UpgradeRefusal | ExchangeFailure> {
  const address = target.address({ transport: "websocket" });
  const socket = new WebSocket(String(address).replace("http", "ws"), {
    headers: { "user-agent": "wireway-doctor", ...target.headers },
    handshakeTimeout: target.timeoutMs,
    perMessageDeflate: false,
    rejectUnauthorized: !target.insecure,
  });
  const inbox = new PacketInbox();
  socket.on("message", (data, isBinary) => {
    try {
      if (!isBinary) inbox.push(decodePayload(String(data as Buffer)));
    } catch {
      inbox.end("what came is no packet");
      socket.terminate();
    }
  });
  socket.on("close", (code, reason) =>
    inbox.end(`closed with ${code}${reason.length > 0 ? ` ${String(reason)}` : ""}`),
  );
  return new Promise((resolve) => {
    socket.once("open", () => resolve({ socket, inbox }));
    // Stays: an error may come at any time, and its close says enough.
    socket.on("error", (error) => resolve(failureOf(error)));
    socket.on("unexpected-response", (_request, response) => {
      let text = "";
      response.on("data", (chunk: Buffer) => {
        text = (text + String(chunk)).slice(0, 65_536);
      });
      const done = (): void => {
        socket.terminate();
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text });
      };
      response.once("close", done);
      setTimeout(done, target.timeoutMs).unref();
    });
  });
}

function upgradeSight({ timeoutMs }: Target, { message }: ExchangeFailure): Sight {
  const by = "intermediary";
  if (/handshake has timed out/.test(message)) {
    return { diagnosis: "upgrade_swallowed", evidence: `no answer to the upgrade within ${timeoutMs} ms`, by };
  }
  return { diagnosis: "upgrade_cut", evidence: message, by };
}

/** The server is known to be there: whoever answers otherwise refuses the upgrade. */
function upgradeRefusal(target: Target, refusal: UpgradeRefusal): Sight {
  const sight = sightOf(target, refusal);
  const isStranger = sight.by !== "server" && sight.diagnosis !== "login_required";
  return isStranger ? { ...sight, diagnosis: "upgrade_refused" } : sight;
}

async function framesSight(target: Target, inbox: PacketInbox, nonce: string): Promise<Sight> {
  const hasHeard = await heardOf(target, nonce);
  const how = inbox.ended === undefined ? `no answer within ${target.timeoutMs} ms` : inbox.ended;
  if (/3108/.test(how)) return { diagnosis: "server_full", evidence: how, by: "server" };
  if (inbox.ended !== undefined) return { diagnosis: "websocket_cut", evidence: how, by: "intermediary" };
  return hasHeard === true
    ? { diagnosis: "frames_lost_down", evidence: `${how}, but the server has heard`, by: "intermediary" }
    : { diagnosis: "frames_lost_up", evidence: `${how}, and the server has heard nothing`, by: "intermediary" };
}

/** The first answer came, and then a round trip did not. */
function lostLater({ ended }: PacketInbox, { timeoutMs }: Target): Sight {
  const by = "intermediary";
  if (ended !== undefined) return { diagnosis: "websocket_cut", evidence: ended, by };
  return { diagnosis: "frames_lost_up", evidence: `no pong within ${timeoutMs} ms after the first answer`, by };
}

async function roundTrip(
  socket: WebSocket,
  inbox: PacketInbox,
  names: Names,
  target: Target,
): Promise<number | undefined> {
  let isMoved = false;
  return quickest(async () => {
    const sentMs = performance.now();
    socket.send(isMoved ? encodePayload([{ type: "ping", data: "0" }]) : move(names));
    isMoved = true;
    const pong = await inbox.take("pong", target.timeoutMs);
    return pong && pong.atMs - sentMs;
  });
}

/** Over the socket, and where that may not have carried it, from the side. */
export async function hangUp(
  socket: WebSocket,
  inbox: PacketInbox,
  names: Names | undefined,
  target: Target,
): Promise<void> {
  if (names && socket.readyState === WebSocket.OPEN) {
    socket.send(encodePayload([closePacket("closed")]));
    socket.close(1000);
    if ((await inbox.endsWithin(target.patienceMs)) !== undefined) return;
  }
  socket.terminate();
  await end(target, names);
}

function failed(sight: Sight): Outcome {
  return { verdict: "fails", summary: sight.evidence, sights: [sight] };
}
