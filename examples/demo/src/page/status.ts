// The line at the top: what carries this tab's session now, and how fast; and the choice of transport.

import { find, make, setText } from "./elements.ts";
import { askedTransport } from "./link.ts";
import { durationWords, transportNames, transportWords } from "./words.ts";

export class Status {
  readonly #element = find("status");
  readonly #name = find("status-name");
  readonly #detail = find("status-detail");

  constructor() {
    const select = find<HTMLSelectElement>("transport");
    select.append(make("option", { value: "" }, "automatic"));
    for (const [id, words] of Object.entries(transportNames)) {
      select.append(make("option", { value: id }, `${words} only`));
    }
    select.value = askedTransport() ?? "";
    select.addEventListener("change", () => {
      const url = new URL(location.href);
      if (select.value === "") url.searchParams.delete("transport");
      else url.searchParams.set("transport", select.value);
      location.assign(url);
    });
    find<HTMLAnchorElement>("another").href = location.href;
  }

  show(transport: string | undefined, isConnected: boolean, roundTripMs: number | undefined): void {
    this.#element.dataset["transport"] = transport ?? "none";
    if (transport !== undefined) {
      setText(this.#name, transportWords(transport));
      setText(this.#detail, roundTripMs === undefined ? "" : durationWords(roundTripMs));
    } else {
      setText(this.#name, isConnected ? "Looking for a way" : "Connecting");
      setText(this.#detail, isConnected ? "same session" : "");
    }
  }
}
