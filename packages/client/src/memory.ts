// What is known of the way to one server, from one page load to the next: which transport served, which stream had to be
// freed from a proxy, what the path cuts. Kept in a storage that somebody else owns, for half an hour; whatever is found
// there may have been written by anybody on the page.
// Not here: what is learnt (preference, the protocol's path limits).

import type { LearntLimits } from "@wireway/protocol";
import type { ResolvedOptions } from "./options.ts";
import type { Environment } from "./platform.ts";

const keptMs = 1_800_000;

/** The part of the Web Storage API that is used (WHATWG HTML, section 12.2). Both may throw. */
export interface KeyValueStorage {
  /** @returns what was kept under the key, or null. */
  getItem(key: string): string | null;
  /** Keeps the value under the key. */
  setItem(key: string, value: string): void;
}

export interface Remembered extends LearntLimits {
  /** Name of the transport that served last. */
  readonly transport?: string;
  /** How streams are asked for, by transport. */
  readonly holds?: Readonly<Record<string, number>>;
}

export class Memory {
  readonly #storage: KeyValueStorage | undefined;
  readonly #key: string;
  readonly #today: () => number;
  #last = "{}";

  /** @param today milliseconds since 1970: the platform's own clock begins anew with each page. */
  constructor(storage: KeyValueStorage | undefined, server: string, today: () => number) {
    this.#storage = storage;
    this.#key = `wireway ${server}`;
    this.#today = today;
  }

  /** What was kept: of any kind, until whoever uses it has looked. */
  recall(): { readonly [Field in keyof Remembered]?: unknown } {
    try {
      const { untilMs, ...found } = JSON.parse(this.#storage?.getItem(this.#key) ?? "{}") as Record<string, unknown>;
      const leftMs = Number(untilMs) - this.#today();
      if (leftMs > 0 && leftMs <= keptMs) {
        this.#last = JSON.stringify(found);
        return found;
      }
    } catch {
      // It is broken, or forbidden.
    }
    return {};
  }

  /** Replaces what was remembered. */
  keep(remembered: Remembered): void {
    const text = JSON.stringify(remembered);
    if (text === this.#last) return;
    this.#last = text;
    try {
      this.#storage?.setItem(this.#key, JSON.stringify({ ...remembered, untilMs: this.#today() + keptMs }));
    } catch {
      // It is full, or forbidden: the next page begins without.
    }
  }
}

/** Where the application, or else the platform, wants it kept. */
export function storageOf({ storage }: ResolvedOptions, environment: Environment): KeyValueStorage | undefined {
  if (storage !== undefined) return storage ?? undefined;
  try {
    return environment.storage();
  } catch {
    // A page may be forbidden to look.
    return undefined;
  }
}
