// Texts that many requests bring: a browser's name, a host, a language. Each request brings its own copy; what is kept for as
// long as a session lives had better be one copy for all. Bounded: when it is full, it begins anew.

const maxTexts = 1_024;
const maxTextLength = 256;

export class SharedTexts {
  readonly #texts = new Map<string, string>();

  /** The same text, perhaps as another one had it before. */
  of(text: string): string {
    if (text.length > maxTextLength) return text;
    const known = this.#texts.get(text);
    if (known !== undefined) return known;
    if (this.#texts.size >= maxTexts) this.#texts.clear();
    this.#texts.set(text, text);
    return text;
  }

  get size(): number {
    return this.#texts.size;
  }
}
