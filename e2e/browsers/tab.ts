// What a test can do with a browser, the same in every engine. Deliberately small; what not every engine can be told to
// do says whether it was done. Functions travel to the page as source text, so they see their arguments and the page's
// globals, nothing of the test around them.

import type { EngineName } from "./find.ts";

/** What crosses the border between test and page. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** A function that runs in the page; its result, or what its promise settles with, must be JSON-able. */
export type PageFunction<Args extends readonly Json[], Result> = (...args: Args) => Result;

export interface Viewport {
  readonly width: number;
  readonly height: number;
}

export type ColorScheme = "light" | "dark";

export interface TabOptions {
  /** Size of the page's viewport in CSS pixels. @default 1280 × 720 */
  readonly viewport?: Viewport;
  /** What `prefers-color-scheme` answers. @default "light" */
  readonly colorScheme?: ColorScheme;
}

export interface WaitOptions<Args extends readonly Json[]> {
  /** How long to wait before giving up, in milliseconds. @default 10000 */
  readonly timeoutMs?: number;
  /** What to call the function with. */
  readonly args?: Args;
}

export interface Tab {
  readonly engineName: EngineName;

  /** Loads a page and resolves after its `load` event. */
  goto(url: string): Promise<void>;

  /**
   * Goes back to the page before, as the browser's button does: the engine may have kept it as it was. Wait in the
   * page for its return; this does not.
   */
  back(): Promise<void>;

  /**
   * Runs a function in the page and gives back its result, awaited; `undefined` stays `undefined`.
   * What it throws is thrown here as a `PageError` with the same name and message.
   */
  evaluate<const Args extends readonly Json[], Result>(
    fn: PageFunction<Args, Result>,
    ...args: Args
  ): Promise<Awaited<Result>>;

  /** Calls a function in the page until it gives something truthy, and gives that back. Survives navigation. */
  waitFor<Result, const Args extends readonly Json[] = []>(
    fn: PageFunction<Args, Result>,
    options?: WaitOptions<Args>,
  ): Promise<Awaited<Result>>;

  /** Waits for the first element that a CSS selector names, then clicks it as a mouse would. */
  click(selector: string): Promise<void>;

  /** Waits for a field, then replaces its text as a keyboard would. */
  fill(selector: string, text: string): Promise<void>;

  /** Waits for an element, then gives its text as rendered (`innerText`). */
  text(selector: string): Promise<string>;

  /** Sets the viewport and gives back what it became: WebKitGTK's windows are at least 447 wide. */
  resize(size: Viewport): Promise<Viewport>;

  /** Has the page be hidden, so that its timers are throttled. @returns false where the driver cannot. */
  hide(): Promise<boolean>;

  /** Takes the network from all tabs of the profile, or gives it back. @returns false where the driver cannot. */
  setOffline(isOffline: boolean): Promise<boolean>;

  /** Writes a PNG of the viewport. */
  screenshot(path: string): Promise<void>;

  /**
   * Uncaught errors, unhandled rejections and `console.error` calls since the tab was opened, in order. Not
   * included: what the browser itself says about failed requests. WebKitGTK cannot tell what a page
   * said that left by itself, nor what one from elsewhere than `site` said before its `load` event.
   */
  consoleErrors(): Promise<readonly string[]>;

  /** Closes the window as a user would, so that `pagehide` fires. Closing twice does nothing. */
  close(): Promise<void>;
}

/** A user of the browser: its tabs share cookies and storage with each other, and with nobody else's. */
export interface Profile {
  newTab(): Promise<Tab>;
  /** Closes its tabs and forgets what they stored. */
  close(): Promise<void>;
}

/** A browser that runs, one per worker. */
export interface Engine {
  readonly name: EngineName;
  /** Name and version of the browser, such as `WebKitGTK 2.50.6`. */
  readonly version: string;
  newProfile(options?: TabOptions): Promise<Profile>;
  /** Ends the browser and every process that belongs to it. */
  close(): Promise<void>;
}

export const defaultViewport: Viewport = { width: 1280, height: 720 };
