// What happened, in plain words with times, newest first and bounded. What matters is also said to screen readers, but
// never faster than somebody can listen.

import { find, make, setText } from "./elements.ts";
import { clockWords } from "./words.ts";

export type Kind = "good" | "bad" | "plain" | "weather";

const maxEntries = 150;
/** Least pause between two announcements; what comes meanwhile is replaced by the latest. */
const announceEveryMs = 3_000;

export class Log {
  readonly #list = find("log");
  readonly #announcer = find("announcer");
  readonly #recent: string[] = [];
  #last: { readonly words: string; readonly element: HTMLElement; times: number } | undefined;
  #announcement: string | undefined;
  #isAnnouncing = false;

  /** The latest entries' words, oldest first. */
  get recent(): readonly string[] {
    return this.#recent;
  }

  add(kind: Kind, words: string, { announce = false }: { readonly announce?: boolean } = {}): void {
    if (announce) this.#announce(words);
    this.#recent.push(words);
    if (this.#recent.length > maxEntries) this.#recent.shift();
    const time = make("time", {}, clockWords(Date.now()));
    if (this.#last?.words === words) {
      this.#last.times += 1;
      const { element, times } = this.#last;
      element.firstElementChild?.replaceWith(time);
      element.lastElementChild?.replaceChildren(words, make("span", { class: "times" }, ` × ${times}`));
      return;
    }
    const text = make("span", {}, words);
    const element = make(
      "li",
      { class: "entry", "data-kind": kind },
      time,
      make("span", { class: "pip", "aria-hidden": "true" }),
      text,
    );
    this.#last = { words, element, times: 1 };
    const isAtTop = this.#list.scrollTop < 4;
    this.#list.prepend(element);
    if (isAtTop) this.#list.scrollTop = 0;
    while (this.#list.childElementCount > maxEntries) this.#list.lastElementChild?.remove();
  }

  #announce(words: string): void {
    this.#announcement = words;
    if (this.#isAnnouncing) return;
    this.#isAnnouncing = true;
    setText(this.#announcer, words);
    this.#announcement = undefined;
    setTimeout(() => {
      this.#isAnnouncing = false;
      if (this.#announcement !== undefined) this.#announce(this.#announcement);
    }, announceEveryMs);
  }
}
