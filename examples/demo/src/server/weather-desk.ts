// The proxy's own page address `/weather`: what the weather is, and changing it. Never subject to the weather, so that
// it can always be changed back; only for pages of the same origin.

import type { IncomingMessage, ServerResponse } from "node:http";
import { clearWeather, type Weather } from "@wireway/testkit";
import type { WeatherNews } from "../shared/events.ts";
import {
  type BoltId,
  bolts,
  isBoltId,
  isSkyId,
  type Sky,
  type SkyId,
  type Struck,
  skies,
  skyName,
  switchSky,
} from "../shared/skies.ts";

export interface WeatherDeskOptions {
  readonly setWeather: (weather: Weather) => void;
  /** Resets connections of the sockets; returns how many. */
  readonly cut: (struck: Struck) => number;
  /** Makes all connections of the sockets black holes; returns how many. */
  readonly strand: () => number;
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
  /** Of those that end by themselves: when, and what ends them. */
  readonly #ends = new Map<SkyId, { readonly atMs: number; readonly timer: NodeJS.Timeout }>();
  // Grows across restarts of the whole demo too, as pages stay open.
  #version = Date.now();
  #words: string | undefined;
  #by: string | undefined;
  #struck: BoltId | undefined;

  constructor(options: WeatherDeskOptions) {
    this.#options = options;
  }

  get news(): WeatherNews {
    return {
      active: this.#active,
      leftMs: Object.fromEntries([...this.#ends].map(([id, { atMs }]) => [id, Math.round(atMs - performance.now())])),
      version: this.#version,
      ...(this.#words !== undefined && { words: this.#words }),
      ...(this.#struck !== undefined && { struck: this.#struck }),
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
    const before = this.#active;
    this.#set(switchSky(before, id, on));
    const begun = this.#active.filter((one) => !before.includes(one));
    for (const one of begun) this.#begin(one);
    const along = begun.filter((one) => one !== id).map((one) => `, and with it ${skyName(one)}`);
    this.#tell(`${skyName(id)}: ${on ? "on" : "off"}${along.join("")}.`, by);
  }

  #begin(id: SkyId): void {
    const { strikes, lastsMs }: Sky = skies[id];
    if (strikes) this.#options.cut(strikes);
    if (lastsMs === undefined) return;
    const timer = setTimeout(() => {
      this.#set(switchSky(this.#active, id, false));
      this.#tell(`${skyName(id)}: over.`, undefined);
    }, lastsMs);
    this.#ends.set(id, { atMs: performance.now() + lastsMs, timer });
  }

  #strike(id: BoltId, by: string): void {
    switch (id) {
      case "clear":
        this.#set([]);
        return this.#tell("Clear sky: all weather is off.", by, id);
      case "restart":
        setTimeout(() => {
          this.#options.restart().catch((error: unknown) => console.error("the server did not come back:", error));
        }, lastWordsMs);
        return this.#tell("The server's process is killed and started again.", by, id);
      case "network":
        return this.#tell(
          `${bolts.network.label}: ${counted(this.#options.strand())} left behind as black holes.`,
          by,
          id,
        );
      case "cut":
        return this.#tell(`${bolts.cut.label}: ${counted(this.#options.cut("all"))} reset.`, by, id);
    }
  }

  #set(active: readonly SkyId[]): void {
    this.#active = active;
    for (const [id, { timer }] of this.#ends) {
      if (active.includes(id)) continue;
      clearTimeout(timer);
      this.#ends.delete(id);
    }
    const changes = active.map((id): Partial<Weather> => skies[id].change);
    this.#options.setWeather(Object.assign({}, clearWeather, ...changes) as Weather);
  }

  #tell(words: string, by: string | undefined, struck?: BoltId): void {
    this.#version += 1;
    this.#words = words;
    this.#by = by;
    this.#struck = struck;
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

function counted(connections: number): string {
  return `${connections} ${connections === 1 ? "connection" : "connections"}`;
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
