/**
 * What every package's vitest.config.ts shares: workspace packages resolve to their TypeScript source, so no unit test
 * needs a build, and each run leaves results/<name>.json for the one summary at the end of `.ci/run`.
 */
import { fileURLToPath } from "node:url";
import type { ViteUserConfig } from "vitest/config";
import { failureReporter } from "./vitest.failures.ts";

/**
 * A workspace package wins over its built files. Nothing but what Node itself would say stands beside it: these reach the
 * `require` of CommonJS packages too, and `import` there would give them the wrong kind of module.
 */
const conditions = ["@wireway/source", "node"];

export function packageConfig(name: string): ViteUserConfig {
  const results = (file: string): string => fileURLToPath(new URL(`results/${file}`, import.meta.url));
  return {
    resolve: { conditions },
    ssr: { resolve: { conditions, externalConditions: conditions } },
    test: {
      name,
      include: ["src/**/*.test.ts", "test/**/*.test.ts"],
      environment: "node",
      passWithNoTests: false,
      // For what hangs: what is to be quick says so itself, beside what the machine takes for something comparable.
      testTimeout: 60_000,
      hookTimeout: 60_000,
      reporters: [
        "default",
        ["json", { outputFile: results(`${name}.json`) }],
        failureReporter(results(`${name}.failures.json`)),
      ],
      coverage: { provider: "v8", include: ["src/**/*.ts"], exclude: ["src/**/*.test.ts"] },
      server: { deps: { inline: [/@wireway\//] } },
    },
  };
}
