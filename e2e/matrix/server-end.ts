// Wireway's server in a run: on default options, in Express, on a site whose pages a browser may load. It answers the first
// message, writes down what it hears, and speaks to the client that came last.

import { Server, type Socket } from "@wireway/server";
import express from "express";
import { Site } from "../site.ts";
import { type EndReport, events, type ServerEnd } from "./ends.ts";
import { Speaker } from "./speaker.ts";

export interface WirewayServerEnd extends ServerEnd {
  readonly site: Site;
}

export async function startServerEnd(): Promise<WirewayServerEnd> {
  const site = await Site.start();
  const wireway = new Server();
  const app = express();
  app.use(wireway.middleware());
  site.use(app);
  let peer: Socket | undefined;
  const speaker = new Speaker((number) => void peer?.emit(events.down, number));
  wireway.on("connection", (socket) => {
    peer = socket;
    speaker.isHeard = true;
    socket.on(events.hello, () => void socket.emit(events.answer));
    socket.on(events.up, (number: number) => speaker.heard(number));
  });
  return {
    site,
    target: new URL(site.url).host,
    speak: (everyMs) => speaker.speak(everyMs),
    hush: () => speaker.hush(),
    report: (): EndReport => speaker.report(),
    close: async () => {
      speaker.hush();
      await wireway.close();
      await site.close();
    },
  };
}
