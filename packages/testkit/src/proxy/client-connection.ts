// One accepted TCP connection: whether weather applies to it, what hangs on it upstream, and the ways it dies by time
// (idle, random). It knows nothing of HTTP: exchanges and tunnels report to it what moves.

import type { Socket } from "node:net";
import type { ProxyContext } from "./proxy-context.ts";
import type { CutReason } from "./proxy-events.ts";
import { resetSocket } from "./reset-socket.ts";
import type { Weather } from "./weather.ts";
import { MAX_TIMER_MS } from "./weather-rules.ts";

/** What `cut` tells its filter about a connection. */
export interface ConnectionView {
  /** Target of the latest request, query included; empty before the first. */
  readonly path: string;
  /** Protocols were switched: bytes are passed through. */
  readonly upgraded: boolean;
  /** A request is being answered, or the connection is upgraded or swallowed. */
  readonly underway: boolean;
  /** How long it has been open. */
  readonly ageMs: number;
}

export class ClientConnection {
  readonly socket: Socket;
  upgraded = false;

  readonly #context: ProxyContext;
  readonly #openedAtMs = performance.now();
  /** How to reset what was opened upstream for this client; it can outlive the client when endings vanish. */
  readonly #upstreams = new Set<() => void>();
  readonly #onGone: () => void;
  readonly #stopWatching: () => void;
  #path = "";
  #weathered = false;
  #stranded = false;
  #underway = 0;
  #movedAtMs = 0;
  #idleTimer: NodeJS.Timeout | undefined;
  #lifeTimer: NodeJS.Timeout | undefined;

  /** @param onGone called once, when the client and everything upstream of it are closed. */
  constructor(context: ProxyContext, socket: Socket, onGone: () => void) {
    this.#context = context;
    this.socket = socket;
    this.#onGone = onGone;
    this.#stopWatching = context.station.onChange((weather, previous) => this.#weatherChanged(weather, previous));
    socket.on("error", () => {}); // the close that follows says everything
    socket.once("close", () => this.#closed());
  }

  /** The weather as this connection sees it. */
  get weather(): Weather {
    return this.#context.station.seenBy(this.#weathered);
  }

  get weathered(): boolean {
    return this.#weathered;
  }

  /** A black hole: TCP stays open, and nothing that arrives from either side is passed on. */
  get stranded(): boolean {
    return this.#stranded;
  }

  get view(): ConnectionView {
    const ageMs = performance.now() - this.#openedAtMs;
    return { path: this.#path, upgraded: this.upgraded, underway: this.#underway > 0, ageMs };
  }

  /** An exchange begins. Weather applies from the first request on that it applies to, as paths share connections. */
  begin(path: string): void {
    this.#path = path;
    this.#underway += 1;
    this.moved();
    if (!this.#weathered && this.#context.station.applies(path)) {
      this.#weathered = true;
      this.#armLife();
    }
    this.#armIdle();
  }

  finish(): void {
    this.#underway -= 1;
    this.#armIdle();
  }

  /** Something was received from either side. */
  moved(): void {
    this.#movedAtMs = performance.now();
  }

  /** Ties something upstream to this connection; call what is returned when it has ended. */
  hold(reset: () => void): () => void {
    this.#upstreams.add(reset);
    return () => {
      if (this.#upstreams.delete(reset)) this.#checkGone();
    };
  }

  /** Makes it a black hole, for good; false when the client was gone already. */
  strand(): boolean {
    if (this.socket.destroyed) return false;
    this.#stranded = true;
    return true;
  }

  /** Resets both sides now; false when the client was gone already. */
  reset(reason: CutReason): boolean {
    const alive = !this.socket.destroyed;
    if (alive) resetSocket(this.socket);
    this.#resetUpstreams();
    if (alive) {
      this.#context.counters.cuts += 1;
      this.#context.events.emit("cut", { path: this.#path, reason, upgraded: this.upgraded });
    }
    return alive;
  }

  /** Closes both sides without counting it as a cut. */
  destroy(): void {
    this.socket.destroy();
    this.#resetUpstreams();
  }

  #resetUpstreams(): void {
    const resets = [...this.#upstreams];
    this.#upstreams.clear();
    for (const reset of resets) reset();
    this.#checkGone();
  }

  #closed(): void {
    clearTimeout(this.#idleTimer);
    clearTimeout(this.#lifeTimer);
    this.#stopWatching();
    this.#checkGone();
  }

  #checkGone(): void {
    if (this.socket.closed && this.#upstreams.size === 0) this.#onGone();
  }

  #weatherChanged(weather: Weather, previous: Weather): void {
    if (weather.randomCutMs !== previous.randomCutMs) this.#armLife();
    if (weather.idleCutMs !== previous.idleCutMs) this.#armIdle();
  }

  #armLife(): void {
    clearTimeout(this.#lifeTimer);
    const { randomCutMs } = this.weather;
    if (randomCutMs === null) return;
    const lifeMs = Math.min(this.#context.station.dice.life.exponential(randomCutMs), MAX_TIMER_MS);
    this.#lifeTimer = setTimeout(() => this.reset("random"), lifeMs);
  }

  #armIdle(): void {
    clearTimeout(this.#idleTimer);
    const { idleCutMs } = this.weather;
    if (idleCutMs === null || this.#underway === 0 || this.socket.destroyed) return;
    const leftMs = this.#movedAtMs + idleCutMs - performance.now();
    if (leftMs <= 0) this.reset("idle");
    // After a busy moment timers run before reads: what arrived meanwhile must not be taken for silence.
    else this.#idleTimer = setTimeout(() => setImmediate(() => this.#armIdle()), Math.ceil(leftMs));
  }
}
