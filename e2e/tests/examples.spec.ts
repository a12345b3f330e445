// The examples that have a page, as their visitors use them. What is said over which transport is asked in Node, by
// node/examples.test.ts.

import { stripVTControlCharacters } from "node:util";
import { startProgram, startServer } from "../examples/start-program.ts";
import { expect, type Tab, test } from "../fixture.ts";

// How the client gets on in the others is asked elsewhere; what is asked here is whether the examples hold.
test.skip(({ engineName }) => engineName !== "chromium", "one engine is enough for the examples");

test.describe.configure({ timeout: 60_000 });

function shows(tab: Tab, selector: string, text: string): Promise<unknown> {
  return tab.waitFor(
    (where, wanted) => [...document.querySelectorAll(where)].some(({ textContent }) => textContent?.includes(wanted)),
    { args: [selector, text], timeoutMs: 20_000 },
  );
}

test("the chat on Express speaks from page to page, and marks what is delivered", async ({ tab, newTab }) => {
  const server = await startServer("express");
  try {
    const other = await newTab();
    for (const page of [tab, other]) {
      await page.goto(server.url);
      await shows(page, "#state", "websocket");
    }
    await tab.fill("[name=text]", "hello");
    await tab.click("button");
    await shows(tab, '.own[title="delivered"]', "hello");
    await shows(other, ".theirs", "hello");
    await fetch(`${server.url}/news`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ text: "lunch is ready" }),
    });
    for (const page of [tab, other]) await shows(page, ".news", "lunch is ready");
    expect(await tab.consoleErrors()).toEqual([]);
  } finally {
    await server.stop();
  }
});

test("the shopping list in React is shared, and saves what was added while its server was away", async ({
  tab,
  newTab,
}) => {
  let server = await startServer("react");
  const port = Number(new URL(server.url).port);
  try {
    const other = await newTab();
    for (const page of [tab, other]) {
      await page.goto(server.url);
      await shows(page, "output", "connected over websocket");
    }
    await tab.fill("[name=text]", "Bread");
    await tab.click("button");
    await shows(tab, "label.saved", "Bread");
    await shows(other, "label.saved", "Bread");
    await other.click("label.saved input");
    await shows(tab, "label.saved:has(:checked)", "Bread");

    await server.stop("SIGKILL");
    await shows(tab, "output", "looking for a way");
    await tab.fill("[name=text]", "Olives");
    await tab.click("button");
    await shows(tab, "label.waits", "Olives");
    server = await startServer("react", "server.js", port);
    await shows(tab, "label.saved", "Olives");
    await shows(other, "label.saved", "Olives");
    expect(await tab.evaluate(() => document.querySelectorAll("label").length)).toBe(2);
  } finally {
    await server.stop();
  }
});

test("the shopping list in React works on Vite's development server, under StrictMode", async ({ tab }) => {
  const server = await startServer("react");
  const port = Number(new URL(server.url).port);
  const vite = startProgram("react", ["node_modules/vite/bin/vite.js", "--port=0", "--host=127.0.0.1"], {
    PORT: String(port),
  });
  try {
    let url: string | undefined;
    for await (const line of vite.lines) {
      url = /http:\S+/.exec(stripVTControlCharacters(line))?.[0];
      if (url) break;
    }
    await tab.goto(String(url));
    await shows(tab, "output", "connected over websocket");
    await tab.fill("[name=text]", "Bread");
    await tab.click("button");
    await shows(tab, "label.saved", "Bread");
    expect(await tab.evaluate(() => document.querySelectorAll("label").length)).toBe(1);
  } finally {
    await vite.stop();
    await server.stop();
  }
});

test("the market's page hears from a worker what prices come to, and orders by it", async ({ tab }) => {
  const server = await startServer("worker");
  try {
    await tab.goto(server.url);
    await tab.waitFor((least) => Number.parseInt(document.querySelector("#state")?.textContent ?? "", 10) > least, {
      args: [200],
    });
    await shows(tab, "#state", "prices over websocket");
    expect(await tab.evaluate(() => document.querySelectorAll("tbody tr").length)).toBe(8);
    await tab.click("#Copper button");
    await shows(tab, "#answers", "bought Copper at ");
    expect(await tab.consoleErrors()).toEqual([]);
  } finally {
    await server.stop();
  }
});

test("the members' chat asks who somebody is, and a log-out closes it in every tab", async ({ tab, newTab }) => {
  const server = await startServer("express-session");
  try {
    await tab.goto(server.url);
    await tab.fill("#login:not([hidden]) input", "Ada");
    await tab.click("#login button");
    await tab.waitFor(() => document.querySelector("#inside:not([hidden])"));
    const other = await newTab();
    await other.goto(server.url);
    await other.fill("#inside:not([hidden]) [name=text]", "good morning");
    await other.click("#chat button");
    for (const page of [tab, other]) await shows(page, "#messages li", "Ada good morning");

    await other.click("#inside .quiet");
    for (const page of [tab, other]) await page.waitFor(() => document.querySelector("#login:not([hidden])"));
    expect(await tab.evaluate(() => document.querySelector("#inside:not([hidden])") === null)).toBe(true);
  } finally {
    await server.stop();
  }
});
