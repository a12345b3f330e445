// Decides what becomes of a request that asks for an upgrade. Carrying it is left to Tunnel (switched) and Exchange (stripped).

import type { IncomingMessage } from "node:http";
import type { ClientConnection } from "./client-connection.ts";
import { Exchange } from "./exchange.ts";
import { answerPortal, answerStatus, responseToUpgrade } from "./own-answer.ts";
import type { ProxyContext } from "./proxy-context.ts";
import type { UpgradeVerdict } from "./proxy-events.ts";
import { Tunnel } from "./tunnel.ts";
import type { Weather } from "./weather.ts";

/** The connection was told to `begin`, and stays under way for the rest of its life. */
export function handleUpgrade(
  context: ProxyContext,
  connection: ClientConnection,
  request: IncomingMessage,
  early: Buffer,
): void {
  const { counters, events, station } = context;
  const { socket } = connection;
  const path = request.url ?? "/";
  const weather = station.seenBy(station.applies(path));
  const verdict = verdictOf(weather);
  counters.upgrades += 1;
  switch (verdict) {
    case "passed":
      counters.upgradesPassed += 1;
      new Tunnel(context, connection, request).start(early);
      break;
    case "swallowed":
      counters.upgradesSwallowed += 1;
      // Read on, or the client's going would not be noticed.
      socket.once("end", () => socket.destroy()).resume();
      break;
    case "reset":
      counters.upgradesReset += 1;
      connection.reset(weather.down ? "down" : "upgrade");
      break;
    case "stripped":
      counters.upgradesStripped += 1;
      new Exchange(context, connection, request, responseToUpgrade(request, socket)).start();
      break;
    case "captivePortal":
      counters.portalPages += 1;
      answerPortal(request, responseToUpgrade(request, socket));
      break;
    case "refused":
      counters.upgradesRefused += 1;
      answerStatus(request, responseToUpgrade(request, socket), refusal(weather));
      break;
  }
  events.emit("upgrade", { path, verdict });
}

function verdictOf(weather: Weather): UpgradeVerdict {
  if (weather.down) return "reset";
  if (weather.captivePortal) return "captivePortal";
  switch (weather.upgrade) {
    case "pass":
      return "passed";
    case "swallow":
      return "swallowed";
    case "reset":
      return "reset";
    case "strip":
      return "stripped";
  }
  return "refused";
}

function refusal({ upgrade }: Weather): number {
  return typeof upgrade === "object" ? upgrade.refuse : 502;
}
