// The live chart of the last two minutes: one point for each answered question, coloured by what carried the session
// then, on a logarithmic scale so that two milliseconds and two seconds are both readable. Marks where the transport
// changed; hatched where there was none. Everything older than the window is forgotten.

import { find, setText } from "./elements.ts";
import type { Theme } from "./theme.ts";
import { durationWords, transportNames, transportWords } from "./words.ts";

const windowMs = 120_000;
const leastMs = 0.5;
const mostMs = 10_000;
const ticksMs: readonly number[] = [1, 10, 100, 1_000, 10_000];
const secondsMarked: readonly number[] = [30, 60, 90];
/** Below this width only the middle one has room. */
const roomyWidth = 420;
/** Most stretches that are kept; weather that kills every connection makes a few a second. */
const maxStretches = 400;

interface Sample {
  readonly atMs: number;
  readonly roundTripMs: number;
  readonly transport: string;
}

/** A time on one transport, or on none. */
interface Stretch {
  readonly fromMs: number;
  readonly transport: string;
}

export class Chart {
  readonly #canvas = find<HTMLCanvasElement>("chart");
  readonly #context = this.#canvas.getContext("2d") as CanvasRenderingContext2D;
  readonly #note = find("chart-note");
  readonly #theme: Theme;
  #samples: Sample[] = [];
  #stretches: Stretch[] = [{ fromMs: performance.now(), transport: "none" }];
  #width = 0;
  #height = 0;

  constructor(theme: Theme) {
    this.#theme = theme;
    theme.onChange(() => this.draw());
    new ResizeObserver(() => this.#resize()).observe(this.#canvas);
    setInterval(() => this.draw(), 1_000 / 4);
    const legend = find("legend");
    for (const [id, words] of [...Object.entries(transportNames), ["none", "no connection"] as const]) {
      const item = document.createElement("li");
      item.dataset["transport"] = id;
      item.textContent = words;
      legend.append(item);
    }
  }

  add(roundTripMs: number, askedAtMs: number): void {
    const transport = this.#at(performance.now());
    this.#samples.push({ atMs: askedAtMs, roundTripMs, transport });
    this.#samples.sort((one, other) => one.atMs - other.atMs);
    this.#describe();
  }

  moved(transport: string | undefined): void {
    const now = performance.now();
    const next = transport ?? "none";
    if (this.#stretches.at(-1)?.transport !== next) this.#stretches.push({ fromMs: now, transport: next });
    if (this.#stretches.length > maxStretches) this.#stretches.shift();
  }

  draw(): void {
    if (document.hidden || this.#width === 0) return this.#forget();
    this.#forget();
    const context = this.#context;
    context.clearRect(0, 0, this.#width, this.#height);
    context.font = `11px ${getComputedStyle(document.body).fontFamily}`;
    this.#drawScale();
    this.#drawStretches();
    this.#drawSamples();
  }

  get #left(): number {
    return 54;
  }

  #x(atMs: number, now: number): number {
    return this.#left + (1 - (now - atMs) / windowMs) * (this.#width - this.#left - 8);
  }

  #y(roundTripMs: number): number {
    const part = Math.log(Math.max(leastMs, Math.min(mostMs, roundTripMs)) / leastMs) / Math.log(mostMs / leastMs);
    return this.#height - 20 - part * (this.#height - 30);
  }

  #drawScale(): void {
    const context = this.#context;
    const now = performance.now();
    context.lineWidth = 1;
    context.strokeStyle = this.#theme.colour("line");
    context.fillStyle = this.#theme.colour("quiet");
    context.textBaseline = "middle";
    context.textAlign = "right";
    for (const tick of ticksMs) {
      const y = Math.round(this.#y(tick)) + 0.5;
      context.beginPath();
      context.moveTo(this.#left, y);
      context.lineTo(this.#width - 8, y);
      context.stroke();
      context.fillText(tick < 1_000 ? `${tick} ms` : `${tick / 1_000} s`, this.#left - 8, y);
    }
    context.textAlign = "center";
    for (const seconds of secondsMarked) {
      if (seconds !== 60 && this.#width < roomyWidth) continue;
      context.fillText(`${seconds} s ago`, this.#x(now - seconds * 1_000, now), this.#height - 6);
    }
    context.textAlign = "right";
    context.fillText("now", this.#width - 8, this.#height - 6);
  }

  /** What carried the session: a band at the foot, hatched over the full height where nothing did. */
  #drawStretches(): void {
    const context = this.#context;
    const now = performance.now();
    const top = this.#y(mostMs);
    const foot = this.#height - 20;
    this.#stretches.forEach(({ fromMs, transport }, index) => {
      const from = Math.max(this.#left, this.#x(fromMs, now));
      const to = Math.min(this.#width - 8, this.#x(this.#stretches[index + 1]?.fromMs ?? now, now));
      if (to < this.#left) return;
      if (transport === "none") {
        this.#hatch(from, Math.max(to, from + 1), top, foot);
        return;
      }
      context.fillStyle = this.#theme.colour(transport);
      context.globalAlpha = 0.07;
      context.fillRect(from, top, to - from, foot - top);
      context.globalAlpha = 1;
      context.fillRect(from, foot - 2, Math.max(1, to - from), 3);
      if (index > 0 && from > this.#left) {
        context.globalAlpha = 0.75;
        context.fillRect(from, top, 1.5, foot - top);
        context.globalAlpha = 1;
        this.#label(transport, from, to, top);
      }
    });
  }

  /** Names a change where there is room for it. */
  #label(transport: string, from: number, to: number, top: number): void {
    const context = this.#context;
    const words = transportWords(transport);
    context.textAlign = "left";
    if (context.measureText(words).width + 10 < to - from) context.fillText(words, from + 6, top + 8);
  }

  #hatch(from: number, to: number, top: number, foot: number): void {
    const context = this.#context;
    context.save();
    context.beginPath();
    context.rect(from, top, to - from, foot - top);
    context.clip();
    context.strokeStyle = this.#theme.colour("none");
    context.globalAlpha = 0.5;
    context.beginPath();
    const high = foot - top;
    // The hatching stands still while the window moves over it.
    const step = 7;
    const start = Math.floor((from - high) / step) * step;
    for (let x = start; x < to; x += step) {
      context.moveTo(x, foot);
      context.lineTo(x + high, top);
    }
    context.stroke();
    context.restore();
  }

  #drawSamples(): void {
    const context = this.#context;
    const now = performance.now();
    context.lineWidth = 1.8;
    context.lineJoin = "round";
    let last: Sample | undefined;
    for (const sample of this.#samples) {
      const x = this.#x(sample.atMs, now);
      const y = this.#y(sample.roundTripMs);
      context.strokeStyle = context.fillStyle = this.#theme.colour(sample.transport);
      if (last && !this.#isGap(last.atMs, sample.atMs)) {
        context.beginPath();
        context.moveTo(this.#x(last.atMs, now), this.#y(last.roundTripMs));
        context.lineTo(x, y);
        context.stroke();
      } else {
        context.beginPath();
        context.arc(x, y, 2, 0, 2 * Math.PI);
        context.fill();
      }
      last = sample;
    }
    if (!last) return;
    context.beginPath();
    context.arc(this.#x(last.atMs, now), this.#y(last.roundTripMs), 3.5, 0, 2 * Math.PI);
    context.fill();
  }

  /** Whether there was a time without connection, or without questions, between two points. */
  #isGap(fromMs: number, toMs: number): boolean {
    if (toMs - fromMs > 2_600) return true;
    return this.#stretches.some(({ fromMs: at, transport }) => transport === "none" && at > fromMs && at < toMs);
  }

  #at(atMs: number): string {
    for (let index = this.#stretches.length - 1; index >= 0; index -= 1) {
      const stretch = this.#stretches[index];
      if (stretch && stretch.fromMs <= atMs && stretch.transport !== "none") return stretch.transport;
    }
    return "none";
  }

  #forget(): void {
    const oldestMs = performance.now() - windowMs;
    this.#samples = this.#samples.filter(({ atMs }) => atMs >= oldestMs);
    while ((this.#stretches[1]?.fromMs ?? Number.POSITIVE_INFINITY) < oldestMs) this.#stretches.shift();
  }

  #describe(): void {
    const times = this.#samples.map(({ roundTripMs }) => roundTripMs).sort((one, other) => one - other);
    const last = this.#samples.at(-1);
    if (!last) return;
    const middle = times[Math.floor(times.length / 2)] as number;
    const worst = times.at(-1) as number;
    const words = `now ${durationWords(last.roundTripMs)}, middle ${durationWords(middle)}, worst ${durationWords(worst)}`;
    setText(this.#note, `One question a second: ${words}.`);
  }

  #resize(): void {
    const ratio = Math.min(devicePixelRatio, 2);
    this.#width = this.#canvas.clientWidth;
    this.#height = this.#canvas.clientHeight;
    this.#canvas.width = Math.round(this.#width * ratio);
    this.#canvas.height = Math.round(this.#height * ratio);
    this.#context.setTransform(ratio, 0, 0, ratio, 0, 0);
    this.draw();
  }
}
