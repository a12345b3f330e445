// The weather panel: switches that change the proxy while everything runs, the same in all tabs. It speaks to the proxy
// by plain requests that have no weather, and hears what other tabs did over the socket.

import type { WeatherNews } from "../shared/events.ts";
import { type BoltId, bolts, type SkyId, skies, skyIds } from "../shared/skies.ts";
import { find, make, makeMark, setText } from "./elements.ts";
import type { Log } from "./log.ts";

const marks: Record<SkyId | BoltId, string> = {
  refuse: "M12 3l7 3v5c0 4.700-3 8.200-7 10-4-1.800-7-5.300-7-10V6ZM9.500 9.500l5 5M14.500 9.500l-5 5",
  swallow: "M12 12a1.500 1.500 0 1 1-1.500 1.500 4 4 0 1 1 4 4 6.500 6.500 0 1 1 6-6.500M3 12a9 9 0 0 1 9-9",
  kill: "M13 3 5.500 13.500H11L10 21l8-11h-5.500Z",
  starveDown: "M12 3v4M12 10v3M12 16v.500M7 16l5 5 5-5",
  starveUp: "M12 21v-4M12 14v-3M12 8v-.500M7 8l5-5 5 5",
  buffer: "M4 8l8-4 8 4-8 4ZM4 12l8 4 8-4M4 16l8 4 8-4",
  lose: "M4 12c3 0 3-4 6-4M14 8c3 0 3 8 6 8M9.500 16.500l5-9M4 16h2",
  latency: "M7 3h10M7 21h10M8 3c0 5 8 5.500 8 9s-8 4-8 9M16 3c0 5-8 5.500-8 9s8 4 8 9",
  cut: "M6 8.500a2.500 2.500 0 1 0 0-5 2.500 2.500 0 0 0 0 5ZM6 20.500a2.500 2.500 0 1 0 0-5 2.500 2.500 0 0 0 0 5ZM8 7.500l12 9.500M8 16.500 20 7",
  restart: "M19.500 12a7.500 7.500 0 1 1-2.200-5.300L20 9M20 4v5h-5",
  clear:
    "M12 16.500a4.500 4.500 0 1 0 0-9 4.500 4.500 0 0 0 0 9ZM12 2.500v2M12 19.500v2M2.500 12h2M19.500 12h2M5.300 5.300l1.400 1.400M17.300 17.300l1.400 1.400M5.300 18.700l1.400-1.400M17.300 6.700l1.400-1.400",
};

type Change = { readonly sky: SkyId; readonly on: boolean } | { readonly bolt: BoltId };

export class WeatherPanel {
  readonly #toggles = new Map<string, HTMLElement>();
  readonly #note = find("weather-note");
  readonly #sky = find<SVGSVGElement>("sky");
  readonly #failure = find("weather-failure");
  readonly #log: Log;
  readonly #name: string;
  #version = 0;

  constructor(name: string, log: Log) {
    this.#name = name;
    this.#log = log;
    for (const id of skyIds) this.#addToggle(id);
    for (const id of Object.keys(bolts) as BoltId[]) this.#addBolt(id);
  }

  /** Somebody changed it, or says what it is. */
  hear(news: WeatherNews): void {
    if (news.version <= this.#version) return;
    const isFirst = this.#version === 0;
    this.#version = news.version;
    this.#paint(news.active);
    // What was done before this page came is no news to it.
    if (isFirst || news.words === undefined) return;
    const who = news.by === this.#name ? "" : ` (${news.by})`;
    this.#log.add("weather", `${news.words.replace(/\.$/, "")}${who}.`);
  }

  /** Asks the proxy, past the socket. */
  async refresh(): Promise<void> {
    try {
      const response = await fetch("/weather", { cache: "no-store" });
      if (response.ok) this.hear((await response.json()) as WeatherNews);
    } catch {
      // The proxy itself is away; the next answer will tell.
    }
  }

  #addToggle(id: SkyId): void {
    const { label, explanation } = skies[id];
    const button = make(
      "button",
      { type: "button", class: "toggle", "data-sky": id, "aria-pressed": "false", "aria-describedby": `why-${id}` },
      makeMark(marks[id]),
      make(
        "span",
        {},
        make("span", { class: "name" }, label),
        make("span", { class: "why", id: `why-${id}`, "aria-hidden": "true" }, explanation),
      ),
      make("span", { class: "knob", "aria-hidden": "true" }),
    );
    button.addEventListener("click", () => {
      void this.#change({ sky: id, on: button.getAttribute("aria-pressed") !== "true" });
    });
    this.#toggles.set(id, button);
    find("toggles").append(button);
  }

  #addBolt(id: BoltId): void {
    const { label, explanation } = bolts[id];
    const attributes = { type: "button", class: "bolt", "data-bolt": id, title: explanation };
    const button = make("button", attributes, makeMark(marks[id]), label);
    button.addEventListener("click", () => void this.#change({ bolt: id }));
    find("bolts").append(button);
  }

  async #change(change: Change): Promise<void> {
    try {
      const response = await fetch("/weather", {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ ...change, by: this.#name }),
      });
      if (!response.ok) throw new Error(`status ${response.status}`);
      this.hear((await response.json()) as WeatherNews);
      this.#failure.hidden = true;
    } catch (error) {
      setText(this.#failure, `The weather could not be changed: ${error instanceof Error ? error.message : error}.`);
      this.#failure.hidden = false;
    }
  }

  #paint(active: readonly string[]): void {
    for (const [id, button] of this.#toggles) button.setAttribute("aria-pressed", String(active.includes(id)));
    this.#sky.dataset["cover"] = String(Math.min(active.length, 3));
    const words = active.length === 0 ? "Clear sky." : `${active.length} of ${skyIds.length} switched on.`;
    setText(this.#note, `${words} What you switch on hits the sockets of all tabs.`);
  }
}
