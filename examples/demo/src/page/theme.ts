// Light or dark: the system's choice until somebody chooses here, then theirs. Also answers what a colour of the style
// sheet is at present, for canvases.

import { find, setText } from "./elements.ts";

type Choice = "system" | "light" | "dark";
const order: readonly Choice[] = ["system", "light", "dark"];
const storageKey = "wireway-demo-theme"; // theme.js reads it before anything is painted

export class Theme {
  readonly #system = matchMedia("(prefers-color-scheme: dark)");
  readonly #probe = document.createElement("span");
  readonly #colours = new Map<string, string>();
  readonly #listeners: (() => void)[] = [];
  readonly #button = find("theme");
  #choice: Choice = "system";

  constructor() {
    this.#probe.hidden = true;
    document.body.append(this.#probe);
    const set = document.documentElement.dataset["theme"];
    if (set === "light" || set === "dark") this.#choice = set;
    this.#system.addEventListener("change", () => this.#changed());
    this.#button.addEventListener("click", () => this.#choose());
    this.#label();
  }

  get isDark(): boolean {
    return this.#choice === "system" ? this.#system.matches : this.#choice === "dark";
  }

  /** The present value of a custom property that holds a colour. */
  colour(name: string): string {
    let colour = this.#colours.get(name);
    if (colour === undefined) {
      this.#probe.style.color = `var(--${name})`;
      colour = getComputedStyle(this.#probe).color;
      this.#colours.set(name, colour);
    }
    return colour;
  }

  onChange(listener: () => void): void {
    this.#listeners.push(listener);
  }

  #choose(): void {
    this.#choice = order[(order.indexOf(this.#choice) + 1) % order.length] as Choice;
    const { dataset } = document.documentElement;
    if (this.#choice === "system") delete dataset["theme"];
    else dataset["theme"] = this.#choice;
    try {
      localStorage.setItem(storageKey, this.#choice);
    } catch {
      // Then it holds for this page only.
    }
    this.#changed();
  }

  #changed(): void {
    this.#colours.clear();
    this.#label();
    for (const listener of this.#listeners) listener();
  }

  #label(): void {
    const words = `Theme: ${this.#choice === "system" ? "as the system" : this.#choice}`;
    setText(find("theme-label"), words);
    this.#button.title = words;
  }
}
