// Time as the drivers see it. Sessions never read a clock: they are told `now` and name a `deadline`.

export interface Clock {
  /** Milliseconds from any origin; never goes back. */
  now(): number;
  /** A timer that calls back once after each `arm`. */
  timer(task: () => void): Timer;
  /** Runs the task once the running code has returned, before any timer or I/O. */
  defer(task: () => void): void;
}

export interface Timer {
  /** Replaces the earlier deadline, if one was armed. `Infinity` disarms. */
  arm(deadlineMs: number): void;
}
