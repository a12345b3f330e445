// The table of numbers and its verdict: three zeros, or not.

import { find, make, setText } from "./elements.ts";
import type { Numbers } from "./streams.ts";

const rows: readonly (readonly [keyof Numbers, string])[] = [
  ["sent", "sent"],
  ["received", "received"],
  ["waiting", "on the way"],
  ["handedBack", "handed back"],
  ["lost", "lost"],
  ["doubled", "doubled"],
  ["outOfOrder", "out of order"],
];

const verdicts = ["lost", "doubled", "outOfOrder"] as const satisfies (keyof Numbers)[];
const isVerdict = (field: keyof Numbers): boolean => (verdicts as readonly string[]).includes(field);

export class Counts {
  readonly #cells: readonly (readonly [keyof Numbers, up: HTMLElement, down: HTMLElement])[];

  constructor() {
    const body = find<HTMLTableElement>("numbers").tBodies[0];
    this.#cells = rows.map(([field, label]) => {
      const up = make("td", {}, "0");
      const down = make("td", {}, field === "handedBack" ? "–" : "0");
      body?.append(make("tr", {}, make("th", { scope: "row" }, label), up, down));
      return [field, up, down];
    });
  }

  show(up: Numbers, down: Numbers): void {
    for (const [field, upCell, downCell] of this.#cells) {
      this.#set(upCell, up[field], isVerdict(field));
      if (field !== "handedBack") this.#set(downCell, down[field], isVerdict(field));
    }
    for (const field of verdicts) {
      const tile = find(`verdict-${field}`);
      const count = up[field] + down[field];
      setText(tile.lastElementChild as Element, count.toLocaleString("en"));
      tile.classList.toggle("bad", count > 0);
    }
  }

  #set(cell: HTMLElement, count: number, mustBeZero: boolean): void {
    setText(cell, count.toLocaleString("en"));
    cell.classList.toggle("bad", mustBeZero && count > 0);
  }
}
