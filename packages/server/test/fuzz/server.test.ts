// Ten seconds of spoilt conversations with a running server. The seed is fixed; `npm run fuzz` goes further.

import { expect, it } from "vitest";
import { fuzz } from "./fuzz-run.ts";

it("the server outlives spoilt conversations, answers others, and has its memory back", {
  timeout: 60_000,
}, async () => {
  const { before, after } = await fuzz({ seed: 20_261_121, durationMs: 10_000 });
  expect(after.conversations).toBeGreaterThan(100);
  expect(after.exchanged).toBeGreaterThan(50);
  expect(after.heldBytes - before.heldBytes).toBeLessThan(16_777_216);
});
