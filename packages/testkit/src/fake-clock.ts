// A clock that stands still until it is told to go on: what happens at one time happens in the order in which it was
// asked for. Implements the protocol's Clock; deferred tasks run when the task that deferred them has returned.
// Not here: replacing a platform's own timers.

import type { Clock, Timer } from "@wireway/protocol";

/** More tasks at one and the same time are a loop that would never end. */
const maxTasksAtOnce = 100_000;

interface Task {
  readonly atMs: number;
  readonly order: number;
  run: (() => void) | undefined;
}

/** A clock that stands still until it is told to go on. */
export class FakeClock implements Clock {
  #nowMs = 0;
  #order = 0;
  /** A binary heap: the earliest task stands first. */
  readonly #tasks: Task[] = [];
  #deferred: (() => void)[] = [];
  #busyAtMs = 0;
  #tasksNow = 0;

  /** Milliseconds since it was made. */
  now(): number {
    return this.#nowMs;
  }

  /** Runs the task after so many milliseconds. @returns a function that cancels it. */
  after(delayMs: number, run: () => void): () => void {
    const task = this.#add(this.#nowMs + Math.max(0, delayMs), run);
    return () => {
      task.run = undefined;
    };
  }

  /** A timer that runs the task at the deadline it is armed with; the last one counts. */
  timer(run: () => void): Timer {
    let armed: Task | undefined;
    return {
      arm: (deadlineMs) => {
        if (armed) armed.run = undefined;
        armed = deadlineMs === Number.POSITIVE_INFINITY ? undefined : this.#add(Math.max(this.#nowMs, deadlineMs), run);
      },
    };
  }

  /** Runs the task when the running one has returned. */
  defer(task: () => void): void {
    this.#deferred.push(task);
  }

  /** Goes on by so many milliseconds, doing everything that falls due on the way. */
  advance(byMs: number): void {
    const untilMs = this.#nowMs + byMs;
    this.#settle();
    for (let task = this.#tasks[0]; task && task.atMs <= untilMs; task = this.#tasks[0]) {
      this.#removeFirst();
      if (!task.run) continue;
      this.#nowMs = Math.max(this.#nowMs, task.atMs);
      task.run();
      this.#settle();
    }
    this.#nowMs = untilMs;
  }

  /** A sleeping machine: time passes, and what fell due meanwhile happens late, when it wakes. */
  jump(byMs: number): void {
    this.#nowMs += byMs;
    this.advance(0);
  }

  #settle(): void {
    this.#count();
    while (this.#deferred.length > 0) {
      this.#count();
      const tasks = this.#deferred;
      this.#deferred = [];
      for (const task of tasks) task();
    }
  }

  #count(): void {
    if (this.#nowMs !== this.#busyAtMs) {
      this.#busyAtMs = this.#nowMs;
      this.#tasksNow = 0;
    }
    if (++this.#tasksNow > maxTasksAtOnce)
      throw new Error(`time stands still at ${this.#nowMs} ms: a task keeps asking for now`);
  }

  #add(atMs: number, run: () => void): Task {
    const task: Task = { atMs, order: this.#order++, run };
    const heap = this.#tasks;
    let index = heap.push(task) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!before(task, heap[parent] as Task)) break;
      heap[index] = heap[parent] as Task;
      index = parent;
    }
    heap[index] = task;
    return task;
  }

  #removeFirst(): void {
    const heap = this.#tasks;
    const last = heap.pop() as Task;
    if (heap.length === 0) return;
    let index = 0;
    for (;;) {
      let child = index * 2 + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && before(heap[child + 1] as Task, heap[child] as Task)) child++;
      if (!before(heap[child] as Task, last)) break;
      heap[index] = heap[child] as Task;
      index = child;
    }
    heap[index] = last;
  }
}

function before(a: Task, b: Task): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
}
