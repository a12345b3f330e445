// A small chat. A line is pale until it came back from the server; one that was handed back unconfirmed when a session
// ended waits for somebody to decide, because it may have arrived all the same. Sent again it is the same line to the
// server, which keeps it once.

import type { ChatLine } from "../shared/events.ts";
import { find, make } from "./elements.ts";
import { tintColour } from "./identity.ts";
import type { Theme } from "./theme.ts";

const maxLines = 80;

type State = "waiting" | "said" | "returned";

interface Shown {
  readonly line: ChatLine;
  readonly element: HTMLElement;
  readonly name: HTMLElement;
  state: State;
}

export class Chat {
  readonly #list = find("chat-lines");
  readonly #form = find<HTMLFormElement>("chat-form");
  readonly #input = find<HTMLInputElement>("chat-text");
  readonly #shown = new Map<string, Shown>();
  readonly #me: () => Pick<ChatLine, "name" | "tint">;
  readonly #theme: Theme;
  readonly #send: (id: string, text: string) => void;

  constructor(me: () => Pick<ChatLine, "name" | "tint">, theme: Theme, send: (id: string, text: string) => void) {
    this.#me = me;
    this.#theme = theme;
    this.#send = send;
    this.#list.append(make("li", { class: "empty" }, "Nobody has said anything yet."));
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      const text = this.#input.value.trim();
      this.#input.value = "";
      if (text !== "") this.#say(text);
    });
    theme.onChange(() => {
      for (const { line, name } of this.#shown.values()) name.style.color = tintColour(line.tint, theme.isDark);
    });
  }

  /** The server said it: to everybody, or to a newcomer. */
  hear(line: ChatLine): void {
    const shown = this.#shown.get(line.id) ?? this.#show(line);
    this.#mark(shown, "said");
  }

  /** These lines were not confirmed when the session ended. */
  handedBack(ids: readonly unknown[]): void {
    for (const id of ids) {
      const shown = typeof id === "string" ? this.#shown.get(id) : undefined;
      if (shown?.state === "waiting") this.#mark(shown, "returned");
    }
  }

  #say(text: string): void {
    const id = `${Date.now().toString(36)}-${Math.random().toString(36).slice(2)}`;
    const shown = this.#show({ id, ...this.#me(), text });
    this.#mark(shown, "waiting");
    this.#send(id, text);
  }

  #show(line: ChatLine): Shown {
    this.#list.querySelector(".empty")?.remove();
    const name = make("b", {}, line.name);
    name.style.color = tintColour(line.tint, this.#theme.isDark);
    const element = make("li", { class: "line" }, name, " ", line.text);
    const isAtEnd = this.#list.scrollHeight - this.#list.scrollTop - this.#list.clientHeight < 40;
    this.#list.append(element);
    if (isAtEnd) this.#list.scrollTop = this.#list.scrollHeight;
    const shown: Shown = { line, element, name, state: "waiting" };
    this.#shown.set(line.id, shown);
    for (const [id, old] of this.#shown) {
      if (this.#shown.size <= maxLines) break;
      old.element.remove();
      this.#shown.delete(id);
    }
    return shown;
  }

  #mark(shown: Shown, state: State): void {
    shown.state = state;
    shown.element.dataset["state"] = state;
    shown.element.querySelector("button")?.remove();
    if (state !== "returned") return;
    const button = make("button", { type: "button" }, "handed back: send again");
    button.addEventListener("click", () => {
      this.#mark(shown, "waiting");
      this.#send(shown.line.id, shown.line.text);
      this.#input.focus();
    });
    shown.element.append(button);
  }
}
