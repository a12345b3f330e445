// The server's end for libraries that sit on a plain HTTP server, and what all of them have in common.

import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { ServerEnd } from "../matrix/ends.ts";
import { Speaker } from "../matrix/speaker.ts";

/** Sets the library up. @returns how a number is said to the client that came last, and how all of it is closed. */
type SetUp = (http: Server, speaker: () => Speaker) => { say: (number: number) => void; close: () => void };

export async function startPlainServer(setUp: SetUp): Promise<ServerEnd> {
  const http = createServer().listen(0, "127.0.0.1");
  await once(http, "listening");
  const { say, close } = setUp(http, () => speaker);
  const speaker = new Speaker(say);
  return {
    target: `127.0.0.1:${(http.address() as AddressInfo).port}`,
    speak: (everyMs) => speaker.speak(everyMs),
    hush: () => speaker.hush(),
    report: () => speaker.report(),
    close: async () => {
      speaker.hush();
      close();
      http.closeAllConnections();
      if (!http.listening) return;
      http.close();
      await once(http, "close");
    },
  };
}
