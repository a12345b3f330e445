// Which browser binary serves for which engine. The system's own browsers come first, since they are what a
// distribution ships and need no download; Playwright's builds serve where the system has none. Nothing is
// installed here (scripts/ensure-browsers.mjs does that), and a missing browser is an error, never a skip.
// WIREWAY_BROWSERS=playwright or =system allows only that source.

import { readdirSync } from "node:fs";
import { delimiter, join } from "node:path";
import { type BrowserType, chromium, firefox, webkit } from "@playwright/test";
import { isExecutable } from "../is-executable.ts";

/** The engines that every test runs in. */
export const engineNames = ["chromium", "firefox", "webkit"] as const;

/** The name of an engine, which is also the name of its Playwright project. */
export type EngineName = (typeof engineNames)[number];

/** A browser that Playwright drives; `system` tells whether the distribution or Playwright built it. */
export interface PlaywrightBrowser {
  readonly driver: "playwright";
  readonly engineName: EngineName;
  readonly system: boolean;
  readonly executablePath: string;
}

/** WebKitGTK, which Playwright cannot drive: its driver, a browser for the driver to start, and a display. */
export interface WebDriverBrowser {
  readonly driver: "webdriver";
  readonly engineName: "webkit";
  readonly system: true;
  readonly executablePath: string;
  readonly driverPath: string;
  readonly displayPath: string;
}

export type FoundBrowser = PlaywrightBrowser | WebDriverBrowser;

const playwrightTypes: Readonly<Record<EngineName, BrowserType>> = { chromium, firefox, webkit };

const systemNames: Readonly<Record<"chromium" | "firefox", readonly string[]>> = {
  chromium: ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"],
  firefox: ["firefox-esr", "firefox"],
};

/** Finds the browser for an engine. Throws, with what to do about it, when there is none. */
export function findBrowser(engineName: EngineName): FoundBrowser {
  const { WIREWAY_BROWSERS: only } = process.env;
  const found =
    (only === "playwright" ? undefined : findSystemBrowser(engineName)) ??
    (only === "system" ? undefined : findPlaywrightBrowser(engineName));
  if (found === undefined) {
    throw new Error(`no browser for ${engineName}; run: node scripts/ensure-browsers.mjs`);
  }
  return found;
}

/** One line for people: which browser serves, and where it came from. */
export function describeBrowser(browser: FoundBrowser): string {
  const source = browser.system ? "system" : "Playwright's own";
  return `${browser.engineName}: ${browser.executablePath} (${source}, driven by ${browser.driver})`;
}

function findSystemBrowser(engineName: EngineName): FoundBrowser | undefined {
  if (engineName === "webkit") return findWebKitGtk();
  for (const name of systemNames[engineName]) {
    const executablePath = findOnPath(name);
    if (executablePath !== undefined) return { driver: "playwright", engineName, system: true, executablePath };
  }
  return undefined;
}

function findPlaywrightBrowser(engineName: EngineName): FoundBrowser | undefined {
  const executablePath = playwrightTypes[engineName].executablePath();
  return isExecutable(executablePath) ? { driver: "playwright", engineName, system: false, executablePath } : undefined;
}

function findWebKitGtk(): WebDriverBrowser | undefined {
  const driverPath = findOnPath("WebKitWebDriver");
  const displayPath = findOnPath("Xvfb");
  const executablePath = miniBrowserPaths().find(isExecutable);
  if (driverPath === undefined || displayPath === undefined || executablePath === undefined) return undefined;
  return { driver: "webdriver", engineName: "webkit", system: true, executablePath, driverPath, displayPath };
}

// Debian keeps it under /usr/lib/<triplet>, others under /usr/lib64 or /usr/libexec.
function miniBrowserPaths(): readonly string[] {
  const folders = ["/usr/libexec", "/usr/lib64", "/usr/lib", ...subfolders("/usr/lib")];
  return folders.flatMap((folder) =>
    ["webkit2gtk-4.1", "webkit2gtk-4.0"].map((api) => join(folder, api, "MiniBrowser")),
  );
}

function subfolders(folder: string): readonly string[] {
  try {
    return readdirSync(folder).map((name) => join(folder, name));
  } catch {
    return [];
  }
}

function findOnPath(name: string): string | undefined {
  const { PATH = "" } = process.env;
  const folders = PATH.split(delimiter).filter((folder) => folder !== "");
  return folders.map((folder) => join(folder, name)).find(isExecutable);
}
