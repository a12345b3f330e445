// The part of the end-to-end tests that needs no browser: the client in Node, the server, and the hostile proxy between.

import type { ViteUserConfig } from "vitest/config";
import { packageConfig } from "../vitest.base.ts";

const config: ViteUserConfig = packageConfig("e2e-node");

export default { ...config, test: { ...config.test, include: ["node/**/*.test.ts"] } } satisfies ViteUserConfig;
