// The shared board: draws what every tab's pen did, as far as the server has said it. Draws only while somebody can see
// it and something moves; everything it keeps is bounded.

import { boardEdge, type Frame, type Person, type Stroke } from "../shared/events.ts";
import { find } from "./elements.ts";
import { tintColour } from "./identity.ts";
import { Pen, type TrailPoint, trailMs } from "./pen.ts";
import type { Theme } from "./theme.ts";

const maxStrokes = 120;
/** Pens that are not heard of any more leave after their trail. */
const penLeavesMs = trailMs + 2_000;
/** Points of a trail that are painted with one alpha. */
const runLength = 14;
/** Least and most pause between two pictures. */
const leastPauseMs = 24;
const calmPauseMs = 200;

export class BoardView {
  readonly canvas: HTMLCanvasElement = find<HTMLCanvasElement>("canvas");
  readonly #context = this.canvas.getContext("2d") as CanvasRenderingContext2D;
  readonly #theme: Theme;
  readonly #calm = matchMedia("(prefers-reduced-motion: reduce)");
  readonly #pens = new Map<string, Pen>();
  #strokes: Stroke[] = [];
  #width = 1;
  #height = 1;
  #drawnAtMs = 0;
  #isDue = true;
  #pauseMs = leastPauseMs;

  constructor(theme: Theme) {
    this.#theme = theme;
    theme.onChange(() => this.#touch());
    new ResizeObserver(() => this.#resize()).observe(this.canvas);
    const frame = (now: number): void => {
      requestAnimationFrame(frame);
      this.#frame(now);
    };
    requestAnimationFrame(frame);
    // Frames are not asked for in a hidden tab; what comes meanwhile is put where it belongs.
    setInterval(() => {
      if (document.hidden) this.#finish();
    }, 1_000);
  }

  get aspect(): number {
    return this.#width / this.#height;
  }

  welcome(strokes: readonly Stroke[]): void {
    this.#strokes = strokes.slice(-maxStrokes);
    this.#touch();
  }

  wipe(): void {
    this.#strokes = [];
    for (const pen of this.#pens.values()) pen.trail = [];
    this.#touch();
  }

  hear(frames: readonly Frame[], who: (id: string) => Person | undefined): void {
    for (const [id, spots] of frames) {
      let pen = this.#pens.get(id);
      if (!pen) {
        pen = new Pen("", 0);
        this.#pens.set(id, pen);
      }
      const person = who(id);
      if (person) {
        pen.name = person.name;
        pen.tint = person.tint;
      }
      pen.hear(spots);
    }
  }

  readonly #begin = (stroke: Stroke): void => {
    this.#strokes.push(stroke);
    if (this.#strokes.length > maxStrokes) this.#strokes.shift();
  };

  #touch(): void {
    this.#isDue = true;
  }

  #finish(): void {
    const now = performance.now();
    for (const pen of this.#pens.values()) pen.finish(now, this.#begin);
    this.#forget(now);
    this.#touch();
  }

  #forget(now: number): void {
    for (const [id, pen] of this.#pens) {
      pen.forget(now);
      if (pen.movedAtMs > 0 && now - pen.movedAtMs > penLeavesMs) this.#pens.delete(id);
    }
  }

  #frame(now: number): void {
    if (now - this.#drawnAtMs < this.#pauseMs) return;
    const elapsedMs = Math.min(100, now - this.#drawnAtMs);
    this.#drawnAtMs = now;
    let moved = false;
    for (const pen of this.#pens.values()) {
      if (this.#calm.matches) pen.finish(now, this.#begin);
      else if (pen.play(now, elapsedMs, this.#begin)) moved = true;
      if (pen.trail.length > 0) moved = true;
    }
    if (!moved && !this.#isDue) return;
    this.#isDue = false;
    const startedAtMs = performance.now();
    this.#forget(now);
    this.#draw(now);
    // At most every second frame of a usual display, and a fifth of a slow machine: it has other things to do.
    const tookMs = performance.now() - startedAtMs;
    this.#pauseMs = this.#calm.matches ? calmPauseMs : Math.min(calmPauseMs, Math.max(leastPauseMs, 5 * tookMs));
  }

  #draw(now: number): void {
    const context = this.#context;
    context.clearRect(0, 0, this.#width, this.#height);
    context.globalCompositeOperation = this.#theme.isDark ? "lighter" : "multiply";
    for (const stroke of this.#strokes) this.#drawStroke(stroke);
    for (const pen of this.#pens.values()) this.#drawTrail(pen, now);
    context.globalCompositeOperation = "source-over";
    context.globalAlpha = 1;
    for (const pen of this.#pens.values()) this.#drawPen(pen, now);
  }

  #drawStroke({ tint, points }: Stroke): void {
    const context = this.#context;
    context.globalAlpha = 0.9;
    context.lineCap = context.lineJoin = "round";
    context.lineWidth = 3.2;
    context.strokeStyle = tintColour(tint, this.#theme.isDark);
    context.beginPath();
    for (let index = 0; index + 1 < points.length; index += 2) {
      const x = ((points[index] as number) / boardEdge) * this.#width;
      const y = ((points[index + 1] as number) / boardEdge) * this.#height;
      if (index === 0) context.moveTo(x, y);
      context.lineTo(x, y);
    }
    context.stroke();
  }

  /** Fades towards the old end, in short runs of equal alpha. */
  #drawTrail({ trail, tint }: Pen, now: number): void {
    const context = this.#context;
    context.strokeStyle = tintColour(tint, this.#theme.isDark);
    // Blunt, or the runs would overlap at their ends and show as dots.
    context.lineCap = "butt";
    context.lineJoin = "round";
    for (let from = 0; from < trail.length - 1; from += runLength) {
      const age = (now - (trail[from] as TrailPoint).atMs) / trailMs;
      context.globalAlpha = Math.max(0, 0.72 * (1 - age) ** 1.4);
      context.lineWidth = 1 + 1.3 * Math.max(0, 1 - age);
      context.beginPath();
      this.#traceRun(trail, from, Math.min(from + runLength, trail.length - 1));
      context.stroke();
    }
  }

  /** Through the middles between points, bent towards the points: tight turns stay round. */
  #traceRun(trail: readonly TrailPoint[], from: number, to: number): void {
    const context = this.#context;
    for (let index = from; index < to; index += 1) {
      const here = trail[index] as TrailPoint;
      const next = trail[index + 1] as TrailPoint;
      const before = here.starts ? here : (trail[index - 1] ?? here);
      const fromX = ((before.x + here.x) / 2) * this.#width;
      const fromY = ((before.y + here.y) / 2) * this.#height;
      if (index === from || here.starts) context.moveTo(fromX, fromY);
      if (next.starts) continue;
      const toX = ((here.x + next.x) / 2) * this.#width;
      const toY = ((here.y + next.y) / 2) * this.#height;
      context.quadraticCurveTo(here.x * this.#width, here.y * this.#height, toX, toY);
    }
  }

  #drawPen(pen: Pen, now: number): void {
    if (pen.name === "" || pen.movedAtMs === 0) return;
    const context = this.#context;
    const quietMs = now - pen.movedAtMs;
    context.globalAlpha = quietMs < 10_000 ? 1 : Math.max(0, 1 - (quietMs - 10_000) / 4_000);
    const colour = tintColour(pen.tint, this.#theme.isDark);
    const x = pen.x * this.#width;
    const y = pen.y * this.#height;
    context.fillStyle = colour;
    context.beginPath();
    context.arc(x, y, 5, 0, 2 * Math.PI);
    context.fill();
    context.font = `600 12px ${getComputedStyle(this.canvas).fontFamily}`;
    const width = context.measureText(pen.name).width + 14;
    const left = x + 10 + width > this.#width ? x - 10 - width : x + 10;
    const top = Math.min(Math.max(2, y - 26), this.#height - 24);
    context.beginPath();
    context.roundRect(left, top, width, 21, 10);
    context.fill();
    context.fillStyle = this.#theme.isDark ? "#0b1017" : "#ffffff";
    context.textAlign = "left";
    context.textBaseline = "middle";
    context.fillText(pen.name, left + 7, top + 11);
    context.globalAlpha = 1;
  }

  #resize(): void {
    const ratio = Math.min(devicePixelRatio, 2);
    this.#width = Math.max(1, this.canvas.clientWidth);
    this.#height = Math.max(1, this.canvas.clientHeight);
    this.canvas.width = Math.round(this.#width * ratio);
    this.canvas.height = Math.round(this.#height * ratio);
    this.#context.setTransform(ratio, 0, 0, ratio, 0, 0);
    this.#draw(performance.now());
  }
}
