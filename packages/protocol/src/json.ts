// JSON as it comes from a peer. A key `__proto__` is dropped: as JSON.parse leaves it, it is harmless, but the next
// `Object.assign` of an application's would make it the prototype of its own object.

type Reviver = (key: string, value: unknown) => unknown;

export function parsePlain(json: string): unknown {
  // What may write the key; letters can be escaped too.
  const isSuspicious = json.includes("__proto__") || json.includes("\\u00");
  return isSuspicious ? parseRevived(json, (_key, value) => value) : JSON.parse(json);
}

/** The same where each value is looked at anyway. */
export function parseRevived(json: string, reviver: Reviver): unknown {
  return JSON.parse(json, (key, value) => (key === "__proto__" ? undefined : reviver(key, value)));
}
