// Who is here: every tab with its transport and its round trip, as the server knows them.

import type { Person } from "../shared/events.ts";
import { find, make, setText } from "./elements.ts";
import { tintColour } from "./identity.ts";
import type { Theme } from "./theme.ts";
import { durationWords, transportWords } from "./words.ts";

interface Row {
  readonly element: HTMLElement;
  readonly swatch: HTMLElement;
  readonly road: HTMLElement;
  readonly time: HTMLElement;
}

export class People {
  readonly #list = find("people");
  readonly #note = find("people-note");
  readonly #invitation = find("invitation");
  readonly #theme: Theme;
  readonly #rows = new Map<string, Row>();
  #people: readonly Person[] = [];

  constructor(theme: Theme) {
    this.#theme = theme;
    theme.onChange(() => this.#paint());
  }

  get count(): number {
    return this.#people.length;
  }

  find(id: string): Person | undefined {
    return this.#people.find((person) => person.id === id);
  }

  show(people: readonly Person[], ownId: string | undefined): void {
    this.#people = people;
    const gone = new Set(this.#rows.keys());
    for (const person of people) {
      gone.delete(person.id);
      const row = this.#rows.get(person.id) ?? this.#add(person, person.id === ownId);
      row.road.dataset["transport"] = person.transport ?? "none";
      const isAway = person.transport === undefined;
      const words = isAway ? "away" : transportWords(person.transport);
      setText(row.road, words);
      const { roundTripMs } = person;
      setText(row.time, isAway || roundTripMs === undefined ? "" : durationWords(roundTripMs));
    }
    for (const id of gone) {
      this.#rows.get(id)?.element.remove();
      this.#rows.delete(id);
    }
    setText(this.#note, people.length === 1 ? "only this tab so far" : `${people.length} tabs`);
    if (people.length > 1) this.#invitation.hidden = true;
    this.#paint();
  }

  #add({ id, name }: Person, isOwn: boolean): Row {
    const swatch = make("span", { class: "swatch", "aria-hidden": "true" });
    const who = make("span", { class: "who" }, name, ...(isOwn ? [make("em", {}, " · you")] : []));
    const time = make("span", { class: "time" });
    const road = make("span", { class: "road" });
    const element = make("li", { class: "person" }, swatch, who, time, road);
    if (isOwn) this.#list.prepend(element);
    else this.#list.append(element);
    const row: Row = { element, swatch, road, time };
    this.#rows.set(id, row);
    return row;
  }

  #paint(): void {
    for (const { id, tint } of this.#people) {
      const row = this.#rows.get(id);
      if (row) row.swatch.style.background = tintColour(tint, this.#theme.isDark);
    }
  }
}
