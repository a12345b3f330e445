// All namespaces of a server, by name; and the parents, which are asked in the order in which they were made when a client
// wants into one that does not exist.

import { checkNamespace, WirewayError } from "@wireway/protocol";
import { Namespace, type SocketMaker } from "./namespace.ts";
import { type NamespaceMatcher, ParentNamespace } from "./parent-namespace.ts";
import type { ReachContext } from "./reach.ts";

/** Where a client that wants in is taken further. */
export type Entrance = (create: SocketMaker) => void;

export class Namespaces {
  readonly #context: ReachContext;
  readonly #all = new Map<string, Namespace>();
  readonly #parents: ParentNamespace[] = [];
  /** Those of them that need nobody's auth to tell. */
  readonly #patterns: (readonly [RegExp, ParentNamespace])[] = [];
  /** Whose child a namespace is; the static ones are nobody's. */
  readonly #parentOf = new Map<Namespace, ParentNamespace>();
  /** Not known yet whether there are such: a parent still thinks about it. */
  readonly #unborn = new Map<string, Namespace>();

  constructor(context: ReachContext) {
    this.#context = context;
  }

  get(name: string): Namespace | undefined {
    return this.#all.get(name);
  }

  values(): Iterable<Namespace> {
    return this.#all.values();
  }

  /** It exists from now on; and stays, unless it is a pattern's child. @throws {WirewayError} `invalid_namespace` */
  named(name: string): Namespace {
    const known = this.#all.get(checkNamespace(name));
    if (known) return known;
    const pattern = this.#patterns.find(([regExp]) => regExp.test(name));
    if (pattern) return this.#childOf(pattern[1], name);
    const namespace = this.#unborn.get(name) ?? this.#create(name);
    this.#unborn.delete(name);
    this.#all.set(name, namespace);
    return namespace;
  }

  /** @throws {WirewayError} `invalid_namespace` */
  matching(matcher: RegExp | NamespaceMatcher): ParentNamespace {
    if (typeof matcher === "function") return this.#matching(matcher);
    if (!(matcher instanceof RegExp)) {
      throw new WirewayError("invalid_namespace", { why: "must be a string, a regular expression or a function" });
    }
    // A flag g or y would make a test depend on the one before.
    const pattern = new RegExp(matcher.source, matcher.flags.replaceAll(/[gy]/g, ""));
    const parent = this.#matching((name) => pattern.test(name));
    this.#patterns.push([pattern, parent]);
    return parent;
  }

  /** The way into a namespace; undefined when there is none of that name. */
  entrance(name: string, auth: Record<string, unknown>): Entrance | undefined {
    const known = this.#all.get(name);
    const parent = known && this.#parentOf.get(known);
    if (known && !parent) return (create) => known.admit(create);
    const found = this.#find(parent ? [parent] : this.#parents, name, auth);
    if (!found) return undefined;
    if (found instanceof ParentNamespace) return (create) => this.#childOf(found, name).admit(create);
    return (create) => {
      const child = this.#all.get(name) ?? this.#unborn.get(name) ?? this.#create(name);
      if (!this.#all.has(name)) this.#unborn.set(name, child);
      child.admit(
        create,
        found.then((late) => {
          if (late && !child.isEmpty) this.#bear(late, child);
          return late !== undefined;
        }),
      );
    };
  }

  #matching(matcher: NamespaceMatcher): ParentNamespace {
    const parent = new ParentNamespace(matcher, this.#context);
    this.#parents.push(parent);
    return parent;
  }

  /** The first that accepts the name. What throws or rejects is taken for a no, and reported. */
  #find(
    parents: readonly ParentNamespace[],
    name: string,
    auth: Record<string, unknown>,
  ): ParentNamespace | Promise<ParentNamespace | undefined> | undefined {
    for (const [index, parent] of parents.entries()) {
      const verdict = this.#ask(parent, name, auth);
      if (verdict === true) return parent;
      if (verdict === false) continue;
      return verdict.then((accepts) => (accepts ? parent : this.#find(parents.slice(index + 1), name, auth)));
    }
    return undefined;
  }

  #ask(parent: ParentNamespace, name: string, auth: Record<string, unknown>): boolean | Promise<boolean> {
    const failed = (error: unknown): false => {
      this.#context.report(error, { event: "connection" });
      return false;
    };
    try {
      const verdict = parent.matches(name, auth);
      return typeof verdict === "object"
        ? Promise.resolve(verdict).then((accepts) => accepts === true, failed)
        : verdict === true;
    } catch (error) {
      return failed(error);
    }
  }

  #childOf(parent: ParentNamespace, name: string): Namespace {
    const child = this.#all.get(name) ?? this.#unborn.get(name) ?? this.#create(name);
    this.#bear(parent, child);
    return child;
  }

  #bear(parent: ParentNamespace, child: Namespace): void {
    if (this.#all.has(child.name)) return;
    this.#unborn.delete(child.name);
    this.#all.set(child.name, child);
    this.#parentOf.set(child, parent);
    parent.add(child);
  }

  #create(name: string): Namespace {
    const namespace: Namespace = new Namespace(name, this.#context, () => {
      if (this.#unborn.get(name) === namespace) this.#unborn.delete(name);
      const parent = this.#parentOf.get(namespace);
      if (!parent) return;
      this.#parentOf.delete(namespace);
      this.#all.delete(name);
      parent.remove(namespace);
    });
    return namespace;
  }
}
