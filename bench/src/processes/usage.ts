// What a process has used.

export interface Usage {
  /** Processor time since the process began, in microseconds, of all its threads. */
  readonly userUs: number;
  readonly systemUs: number;
  readonly rssBytes: number;
}

export interface Memory {
  readonly rssBytes: number;
  readonly heapBytes: number;
  /** Outside the heap, of objects in it: buffers. */
  readonly externalBytes: number;
}
