// The part of the end-to-end tests that needs no browser: the client in Node, the server, and the hostile proxy between.

import type { ViteUserConfig } from "vitest/config";
import { packageConfig } from "../vitest.base.ts";

const shared = packageConfig("e2e-node");
const config: ViteUserConfig = {
  ...shared,
  // The concurrent tests of a file mostly wait: for traffic, and for proxies to lose their patience.
  test: { ...shared.test, include: ["node/**/*.test.ts"], maxConcurrency: 64 },
};

export default config;
