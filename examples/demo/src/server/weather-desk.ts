// The proxy's own page address `/weather`: what the weather is, and changing it. Never subject to the weather, so that
// it can always be changed back; only for pages of the same origin.

import type { IncomingMessage, ServerResponse } from "node:http";
import { clearWeather, type Weather } from "@wireway/testkit";
import type { WeatherNews } from "../shared/events.ts";
import { type BoltId, bolts, isBoltId, isSkyId, type SkyId, skies, switchSky } from "../shared/skies.ts";

export interface WeatherDeskOptions {
  readonly setWeather: (weather: Weather) => void;
  /** Resets all connections of the sockets; returns how many. */
  readonly cut: () => number;
  readonly restart: () => Promise<void>;
  readonly tell: (news: WeatherNews) => void;
  /** Answers `/diagnostics`, where that is wanted. */
  readonly diagnose?: () => Promise<unknown>;
}

const maxBodyBytes = 1_024;
/** How long the news that the server dies has to get out of it. */
const lastWordsMs = 150;

export class WeatherDesk {
  readonly #options: WeatherDeskOptions;
  #active: readonly SkyId[] = [];
  // Grows across restarts of the whole demo too, as pages stay open.
  #version = Date.now();
  #words: string | undefined;
  #by: string | undefined;

  constructor(options: WeatherDeskOptions) {
    this.#options = options;
  }

  get news(): WeatherNews {
    return {
      active: this.#active,
      version: this.#version,
      ...(this.#words !== undefined && { words: this.#words }),
      ...(this.#by !== undefined && { by: this.#by }),
    };
  }

  /** @returns whether the request was for this desk, and is answered. */
  handle(request: IncomingMessage, response: ServerResponse): boolean {
    const [path] = (request.url ?? "").split("?");
    if (path === "/weather") void this.#answer(request, response);
    else if (path === "/diagnostics" && this.#options.diagnose) void this.#diagnose(response, this.#options.diagnose);
    else return false;
    return true;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method } = request;
    if (method === "GET") return send(response, 200, this.news);
    if (method !== "POST") return send(response, 405, { message: "only GET and POST" }, { allow: "GET, POST" });
    // No form and no page of another origin can send JSON without asking, and asking is not answered.
    if (!isSameOrigin(request)) return send(response, 403, { message: "only for pages of this origin" });
    if (!/^application\/json\b/.test(request.headers["content-type"] ?? "")) {
      return send(response, 415, { message: "content type must be application/json" });
    }
    const change = await readJson(request);
    if (typeof change !== "object" || change === null) return send(response, 400, { message: "not a change" });
    const { sky, on, bolt, by } = change as Record<string, unknown>;
    const name = typeof by === "string" ? by.slice(0, 24) : "Somebody";
    if (isSkyId(sky) && typeof on === "boolean") this.#switch(sky, on, name);
    else if (isBoltId(bolt)) this.#strike(bolt, name);
    else return send(response, 400, { message: "no such weather" });
    send(response, 200, this.news);
  }

  #switch(id: SkyId, on: boolean, by: string): void {
    this.#set(switchSky(this.#active, id, on));
    this.#tell(`${skies[id].label}: ${on ? "on" : "off"}.`, by);
  }

  #strike(id: BoltId, by: string): void {
    if (id === "clear") this.#set([]);
    if (id === "restart") {
      this.#tell("The server's process is killed and started again.", by);
      setTimeout(() => {
        this.#options.restart().catch((error: unknown) => console.error("the server did not come back:", error));
      }, lastWordsMs);
      return;
    }
    if (id === "clear") return this.#tell("Clear sky: all weather is off.", by);
    const connections = this.#options.cut();
    this.#tell(
      `${bolts.cut.label}: ${connections} ${connections === 1 ? "connection was" : "connections were"} reset.`,
      by,
    );
  }

  #set(active: readonly SkyId[]): void {
    this.#active = active;
    const changes = active.map((id): Partial<Weather> => skies[id].change);
    this.#options.setWeather(Object.assign({}, clearWeather, ...changes) as Weather);
  }

  #tell(words: string, by: string): void {
    this.#version += 1;
    this.#words = words;
    this.#by = by;
    this.#options.tell(this.news);
  }

  async #diagnose(response: ServerResponse, diagnose: () => Promise<unknown>): Promise<void> {
    try {
      send(response, 200, await diagnose());
    } catch (error) {
      send(response, 503, { message: String(error) });
    }
  }
}

function isSameOrigin({ headers }: IncomingMessage): boolean {
  const { origin, host } = headers;
  if (origin === undefined) return true; // no browser's page
  return URL.canParse(origin) && new URL(origin).host === host;
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  let text = "";
  try {
    for await (const chunk of request.setEncoding("utf8")) {
      text += chunk;
      if (text.length > maxBodyBytes) return undefined;
    }
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function send(response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}): void {
  response.writeHead(status, {
    "content-type": "application/json; charset=utf-8",
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    ...headers,
  });
  response.end(JSON.stringify(body));
}
