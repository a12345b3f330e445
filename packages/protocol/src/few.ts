// A map that nearly always has one entry: the connections of a session, the namespaces that it joined. An engine's own map
// takes some 180 bytes for that, of which a server with many idle sessions has many.
// Like a map it may be changed while its values are visited; what is added to its first meanwhile is not.

export class Few<K, V extends object> {
  #key: K | undefined;
  #value: V | undefined;
  #all: Map<K, V> | undefined;

  get size(): number {
    return this.#all ? this.#all.size : Number(this.#value !== undefined);
  }

  get(key: K): V | undefined {
    if (this.#all) return this.#all.get(key);
    return key === this.#key ? this.#value : undefined;
  }

  has(key: K): boolean {
    return this.get(key) !== undefined;
  }

  set(key: K, value: V): void {
    const first = this.#value;
    if (this.#all) this.#all.set(key, value);
    else if (first === undefined || key === this.#key) this.#only(key, value);
    else {
      this.#all = new Map([
        [this.#key as K, first],
        [key, value],
      ]);
      this.#only(undefined, undefined);
    }
  }

  delete(key: K): void {
    if (!this.#all) {
      if (key === this.#key) this.#only(undefined, undefined);
      return;
    }
    this.#all.delete(key);
    if (this.#all.size !== 1) return;
    for (const [left, value] of this.#all) this.#only(left, value);
    this.#all = undefined;
  }

  /** From the one that was added first to the last. */
  values(): Iterable<V> {
    if (this.#all) return this.#all.values();
    return this.#value === undefined ? [] : [this.#value];
  }

  clear(): void {
    // Whoever visits them right now meets none any more.
    this.#all?.clear();
    this.#all = undefined;
    this.#only(undefined, undefined);
  }

  #only(key: K | undefined, value: V | undefined): void {
    this.#key = key;
    this.#value = value;
  }
}
