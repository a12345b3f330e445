// What a person's hand does on the board: pointer, pen, finger or keyboard, as spots to be sent. Leaves the pen to the
// drift after a while without it.

import { maxSpots, type Spot } from "../shared/events.ts";
import { onBoard } from "./drift.ts";

/** How long the pen stays with somebody who does nothing. */
const idleMs = 4_000;
/** Share of the board that an arrow key moves by. */
const keyStep = 0.015;
/** Most spots that wait to be sent; a hand makes about a hundred a second. */
const maxWaiting = 400;

export class Hand {
  readonly #canvas: HTMLCanvasElement;
  readonly #onDraw: () => void;
  #spots: Spot[] = [];
  #activeAtMs = Number.NEGATIVE_INFINITY;
  #isDown = false;
  #x = 0.5;
  #y = 0.5;

  constructor(canvas: HTMLCanvasElement, onDraw: () => void) {
    this.#canvas = canvas;
    this.#onDraw = onDraw;
    canvas.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      canvas.setPointerCapture(event.pointerId);
      this.#isDown = true;
      this.#onDraw();
      this.#pointer(event);
    });
    canvas.addEventListener("pointermove", (event) => {
      const parts = event.getCoalescedEvents?.() ?? [];
      for (const part of parts.length > 0 ? parts : [event]) this.#pointer(part);
    });
    for (const name of ["pointerup", "pointercancel", "blur"]) canvas.addEventListener(name, () => this.#lift());
    canvas.addEventListener("keydown", (event) => this.#key(event));
  }

  /** Whether a person has the pen. */
  get isActive(): boolean {
    return this.#isDown || performance.now() - this.#activeAtMs < idleMs;
  }

  /** What fits into the next message. */
  take(): Spot[] {
    return this.#spots.splice(0, maxSpots);
  }

  #pointer(event: PointerEvent): void {
    const { left, top, width, height } = this.#canvas.getBoundingClientRect();
    this.#x = (event.clientX - left) / width;
    this.#y = (event.clientY - top) / height;
    this.#put();
  }

  #key(event: KeyboardEvent): void {
    if (event.key === " ") {
      this.#isDown = !this.#isDown;
      if (this.#isDown) this.#onDraw();
    } else if (event.key === "ArrowLeft") this.#x -= keyStep;
    else if (event.key === "ArrowRight") this.#x += keyStep;
    else if (event.key === "ArrowUp") this.#y -= keyStep;
    else if (event.key === "ArrowDown") this.#y += keyStep;
    else return;
    event.preventDefault();
    this.#x = Math.min(1, Math.max(0, this.#x));
    this.#y = Math.min(1, Math.max(0, this.#y));
    this.#put();
  }

  #lift(): void {
    if (!this.#isDown) return;
    this.#isDown = false;
    this.#put();
  }

  #put(): void {
    this.#activeAtMs = performance.now();
    const spot: Spot = [onBoard(this.#x), onBoard(this.#y), this.#isDown ? 2 : 0];
    const last = this.#spots.at(-1);
    if (last?.[2] === spot[2] && last[0] === spot[0] && last[1] === spot[1]) return;
    // Hovering is only about where the pen is now.
    if (last?.[2] === 0 && spot[2] === 0) this.#spots.pop();
    if (this.#spots.length < maxWaiting) this.#spots.push(spot);
  }
}
