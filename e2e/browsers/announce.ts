// Playwright's global setup: says before the first test which browsers serve. It does not fail when one is
// missing, because a run of one project needs only one; the tests of the missing engine fail by themselves.

import { describeBrowser, engineNames, findBrowser } from "./find.ts";

// Playwright takes the setup function from the default export of its file, and from nowhere else.
// biome-ignore lint/style/noDefaultExport: see above
export default function announceBrowsers(): void {
  for (const engineName of engineNames) {
    try {
      console.log(describeBrowser(findBrowser(engineName)));
    } catch (error) {
      console.log(`${engineName}: MISSING, its tests will fail (${String(error)})`);
    }
  }
}
