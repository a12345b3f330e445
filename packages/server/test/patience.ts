// How long a test waits for what comes true by itself. On a machine that is busy, or stands still for a while, that may take
// seconds; it is no promise to anybody, only the end of hope.

export const patienceMs = 15_000;
