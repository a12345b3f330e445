// The weather panel: switches that change the proxy while everything runs, the same in all tabs. It speaks to the proxy
// by plain requests that have no weather, and hears what other tabs did over the socket, or past it in the same browser.

import type { WeatherNews } from "../shared/events.ts";
import { isHushed } from "../shared/hush.ts";
import { type BoltId, bolts, type GroupId, groups, type Sky, type SkyId, skies, skyIds } from "../shared/skies.ts";
import { find, make, makeMark, setText } from "./elements.ts";
import type { Log } from "./log.ts";
import { boltMarks, type SkyLabel, skyMarks } from "./marks.ts";

type Change = { readonly sky: SkyId; readonly on: boolean } | { readonly bolt: BoltId };

const nothingOn = "What you switch on here hits the sockets of all tabs. Point at a weather to read what it does.";

export class WeatherPanel {
  readonly #switches = new Map<SkyId, HTMLButtonElement>();
  readonly #note = find("weather-note");
  readonly #caption = find("weather-caption");
  readonly #sky = find<SVGSVGElement>("sky");
  readonly #failure = find("weather-failure");
  readonly #log: Log;
  readonly #name: string;
  readonly #channel = new BroadcastChannel("wireway-demo-weather");
  #version = 0;
  #active: readonly string[] = [];
  /** What is explained while nothing is pointed at. */
  #latest: string = nothingOn;

  constructor(name: string, log: Log) {
    this.#name = name;
    this.#log = log;
    for (const [id, name] of Object.entries(groups)) this.#addGroup(id as GroupId, name);
    this.#listen(find("clear-sky"), "clear");
    this.#channel.addEventListener("message", ({ data }: MessageEvent<WeatherNews>) => this.hear(data));
    setText(this.#caption, this.#latest);
  }

  /** Whether everybody is quiet now, so that there is silence to be cut. */
  get isHushed(): boolean {
    return isHushed(this.#active, Date.now());
  }

  /** Somebody changed it, or says what it is. */
  hear(news: WeatherNews): void {
    if (news.version <= this.#version) return;
    const isFirst = this.#version === 0;
    this.#version = news.version;
    this.#paint(news);
    // What was done before this page came is no news to it.
    if (isFirst || news.words === undefined) return;
    const who = news.by === undefined || news.by === this.#name ? "" : ` (${news.by})`;
    this.#log.add("weather", `${news.words.replace(/\.$/, "")}${who}.`);
    // The proxy cannot do this part: a browser whose network changed says so to its pages.
    if (news.struck === ("network" satisfies BoltId)) dispatchEvent(new Event("online"));
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

  #addGroup(id: GroupId, name: string): void {
    const title = make("h3", { id: `group-${id}` }, name);
    const tiles = make("div", { class: "tiles" });
    find("groups").append(make("div", { class: "group", role: "group", "aria-labelledby": title.id }, title, tiles));
    const own = skyIds.filter((sky) => skies[sky].group === id);
    const struck: readonly BoltId[] = id === "moments" ? ["cut", "network", "restart"] : [];
    const singles = struck.map((bolt) => this.#makeBolt(bolt));
    for (const label of new Set(own.map((sky) => skies[sky].label))) {
      const choices = own.filter((sky) => skies[sky].label === label);
      const [only] = choices;
      if (choices.length === 1 && only) singles.push(this.#makeSwitch(only));
      else tiles.append(this.#makeChoice(label, choices));
    }
    tiles.append(...singles);
    // No hole at the end of the grid.
    if (singles.length % 2 === 1) singles.at(-1)?.classList.add("wide");
  }

  /** One that is on or off. */
  #makeSwitch(id: SkyId): HTMLElement {
    const { label } = skies[id];
    const button = make("button", { type: "button", class: "tile" }, makeMark(skyMarks[label]), label);
    this.#wire(button, id);
    return button;
  }

  /** One of several at most; pressing what is pressed ends it. */
  #makeChoice(label: SkyLabel, ids: readonly SkyId[]): HTMLElement {
    const name = make("span", { class: "name", id: `name-${ids[0]}` }, label);
    const chips = ids.map((id) => {
      const { choice = "" }: Sky = skies[id];
      const button = make("button", { type: "button", class: "chip" }, choice);
      this.#wire(button, id);
      return button;
    });
    const row = make("span", { class: "chips" }, ...chips);
    return make(
      "div",
      { class: "tile wide", role: "group", "aria-labelledby": name.id },
      makeMark(skyMarks[label]),
      name,
      row,
    );
  }

  #wire(button: HTMLButtonElement, id: SkyId): void {
    button.dataset["sky"] = id;
    button.setAttribute("aria-pressed", "false");
    this.#explain(button, id, skies[id].explanation);
    button.addEventListener("click", () => {
      void this.#change({ sky: id, on: button.getAttribute("aria-pressed") !== "true" });
    });
    this.#switches.set(id, button);
  }

  #makeBolt(id: BoltId): HTMLElement {
    const button = make("button", { type: "button", class: "tile bolt" }, makeMark(boltMarks[id]), bolts[id].label);
    this.#listen(button, id);
    return button;
  }

  #listen(button: HTMLElement, id: BoltId): void {
    button.dataset["bolt"] = id;
    this.#explain(button, id, bolts[id].explanation);
    button.addEventListener("click", () => void this.#change({ bolt: id }));
  }

  /** Whoever points at it or reaches it by keyboard reads above what it does; who hears the page is told. */
  #explain(button: HTMLElement, id: string, words: string): void {
    const why = make("span", { class: "sr", id: `why-${id}` }, words);
    find("weather-words").append(why);
    button.setAttribute("aria-describedby", why.id);
    for (const name of ["pointerenter", "focus"]) button.addEventListener(name, () => setText(this.#caption, words));
    for (const name of ["pointerleave", "blur"]) {
      button.addEventListener(name, () => setText(this.#caption, this.#latest));
    }
  }

  async #change(change: Change): Promise<void> {
    try {
      const response = await fetch("/weather", {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ ...change, by: this.#name }),
      });
      if (!response.ok) throw new Error(`status ${response.status}`);
      const news = (await response.json()) as WeatherNews;
      this.hear(news);
      this.#channel.postMessage(news);
      this.#failure.hidden = true;
    } catch (error) {
      setText(this.#failure, `The weather could not be changed: ${error instanceof Error ? error.message : error}.`);
      this.#failure.hidden = false;
    }
  }

  #paint({ active, leftMs, struck }: WeatherNews): void {
    const begun = skyIds.filter((id) => active.includes(id) && !this.#active.includes(id));
    this.#active = active;
    for (const [id, button] of this.#switches) {
      const isOn = active.includes(id);
      button.setAttribute("aria-pressed", String(isOn));
      button.closest(".tile")?.classList.toggle(
        "on",
        [...this.#switches].some(
          ([other, { ariaPressed }]) => skies[other].label === skies[id].label && ariaPressed === "true",
        ),
      );
      this.#countDown(button, id, isOn ? leftMs[id] : undefined);
    }
    this.#sky.dataset["cover"] = String(Math.min(active.length, 3));
    setText(this.#note, active.length === 0 ? "Clear sky" : `${active.length} switched on`);
    this.#latest = this.#wordsFor(begun, struck);
    setText(this.#caption, this.#latest);
  }

  /** What was switched on last is explained until something else is. */
  #wordsFor(begun: readonly SkyId[], struck: string | undefined): string {
    const shown = begun.at(-1) ?? skyIds.find((id) => this.#active.includes(id));
    if (struck !== undefined && struck !== "clear" && Object.hasOwn(bolts, struck))
      return bolts[struck as BoltId].explanation;
    return shown === undefined ? nothingOn : skies[shown].explanation;
  }

  #countDown(button: HTMLButtonElement, id: SkyId, leftMs: number | undefined): void {
    const { lastsMs }: Sky = skies[id];
    if (lastsMs === undefined || (leftMs !== undefined && button.classList.contains("ends"))) return;
    button.classList.toggle("ends", leftMs !== undefined);
    if (leftMs === undefined) return;
    button.style.setProperty("--lasts", `${lastsMs}ms`);
    button.style.setProperty("--begun", `${leftMs - lastsMs}ms`);
  }
}
