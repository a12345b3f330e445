// All namespaces of a server, by name; and the parents, which are asked in the order in which they were made when a client
// wants into one that does not exist.

import { checkNamespace, WirewayError } from "@wireway/protocol";
import type { LocalNamespace } from "./cluster/service.ts";
import { Namespace, type SocketMaker } from "./namespace.ts";
import type { NamespaceOptions } from "./namespace-options.ts";
import { type NamespaceMatcher, ParentNamespace } from "./parent-namespace.ts";
import type { ReachContext } from "./reach.ts";

/** Where a client that wants in is taken further. */
export type Entrance = (create: SocketMaker) => void;

export class Namespaces {
  readonly #context: ReachContext;
  readonly #all = new Map<string, Namespace>();
  readonly #parents: ParentNamespace[] = [];
  /**
   * What other servers reach of the parents: by their patterns, and functions by the order in which they came, since all
   * servers run the same program.
   */
  readonly #reached = new Map<string, LocalNamespace>();
  /** Those of them that need nobody's auth to tell. */
  readonly #patterns: (readonly [RegExp, ParentNamespace])[] = [];
  /** Whose child a namespace is, or was; the static ones are nobody's. */
  readonly #parentOf = new WeakMap<Namespace, ParentNamespace>();
  /** Children that came to be when the application said what is to happen there: they stay, or that would be forgotten. */
  readonly #wanted = new WeakSet<Namespace>();
  /**
   * These do not exist, but somebody may hold them: the application, or a client that a parent still thinks about. As long
   * as somebody does, their name means the same ones.
   */
  readonly #idle = new Map<string, WeakRef<Namespace>>();
  readonly #released = new FinalizationRegistry<string>((name) => {
    if (!this.#idle.get(name)?.deref()) this.#idle.delete(name);
  });

  constructor(context: ReachContext) {
    this.#context = context;
  }

  /** What other servers reach by a name: a namespace, or a parent. */
  reached(name: string): LocalNamespace | undefined {
    return this.#all.get(name) ?? this.#reached.get(name);
  }

  /**
   * It exists from now on. One that a parent may have made comes to be when a client asks for it, or when the application
   * says what is to happen there: who only speaks to it must not let anybody in. @throws {WirewayError} `invalid_namespace`
   */
  named(name: string): Namespace {
    const namespace = this.#called(checkNamespace(name));
    if (this.#parents.length === this.#patterns.length && !this.#patternOf(name)) this.#keep(namespace);
    return namespace;
  }

  /** @throws {WirewayError} `invalid_namespace` */
  matching(matcher: RegExp | NamespaceMatcher, options?: NamespaceOptions): ParentNamespace {
    if (typeof matcher === "function") {
      const functions = this.#parents.length - this.#patterns.length;
      return this.#matching(`~${functions}`, matcher, options);
    }
    if (!(matcher instanceof RegExp)) {
      throw new WirewayError("invalid_namespace", { why: "must be a string, a regular expression or a function" });
    }
    // A flag g or y would make a test depend on the one before.
    const pattern = new RegExp(matcher.source, matcher.flags.replaceAll(/[gy]/g, ""));
    const parent = this.#matching(`~${pattern}`, (name) => pattern.test(name), options);
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
    const child = this.#called(name);
    if (found instanceof ParentNamespace) {
      return (create) => {
        this.#bear(found, child);
        child.admit(create);
      };
    }
    return (create) => {
      child.admit(
        create,
        found.then((late) => {
          if (late && !child.isEmpty) this.#bear(late, child);
          return late !== undefined;
        }),
      );
    };
  }

  #matching(name: string, matcher: NamespaceMatcher, options?: NamespaceOptions): ParentNamespace {
    const parent = new ParentNamespace(name, matcher, this.#context, options);
    this.#parents.push(parent);
    if (!this.#reached.has(name)) this.#reached.set(name, { reach: parent.reach, hear: (_args, answer) => answer([]) });
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

  #patternOf(name: string): ParentNamespace | undefined {
    return this.#patterns.find(([pattern]) => pattern.test(name))?.[1];
  }

  /** The one of that name, whether it exists or not. */
  #called(name: string): Namespace {
    return this.#all.get(name) ?? this.#idle.get(name)?.deref() ?? this.#create(name);
  }

  #create(name: string): Namespace {
    const namespace: Namespace = new Namespace(name, this.#context, {
      emptied: () => {
        const parent = this.#parentOf.get(namespace);
        if (!parent || this.#wanted.has(namespace) || this.#all.get(name) !== namespace) return;
        this.#all.delete(name);
        parent.remove(namespace);
        this.#idle.set(name, new WeakRef(namespace));
      },
      wanted: () => this.#keep(namespace),
    });
    this.#idle.set(name, new WeakRef(namespace));
    this.#released.register(namespace, name);
    return namespace;
  }

  /** It exists, as somebody's child where it is one. */
  #keep(namespace: Namespace): void {
    if (this.#all.has(namespace.name)) return;
    this.#wanted.add(namespace);
    const parent = this.#parentOf.get(namespace) ?? this.#patternOf(namespace.name);
    if (parent) this.#bear(parent, namespace);
    else this.#exist(namespace);
  }

  #bear(parent: ParentNamespace, child: Namespace): void {
    if (this.#all.has(child.name)) return;
    this.#parentOf.set(child, parent);
    this.#exist(child);
    parent.add(child);
  }

  #exist(namespace: Namespace): void {
    this.#idle.delete(namespace.name);
    this.#all.set(namespace.name, namespace);
  }
}
