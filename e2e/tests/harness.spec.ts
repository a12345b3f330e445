// What the harness promises, shown in each engine: the same call means the same, and the browser features that
// Wireway's transports stand on are there. A failure here explains failures elsewhere, so look here first.

import { readFile } from "node:fs/promises";
import type { ServerResponse } from "node:http";
import express from "express";
import { WebSocketServer } from "ws";
import { expect, type Json, PageError, test } from "../fixture.ts";

test.describe("a tab", () => {
  test.beforeEach(async ({ tab, site }) => {
    await tab.goto(site.url);
  });

  test("gives back what an asynchronous function resolves with", async ({ tab }) => {
    const result = await tab.evaluate(
      async (left, right) => {
        await fetch(location.href);
        return { sum: left + right.length, text: "päge ✓ 🚀", list: [1, null, true], path: location.pathname };
      },
      2,
      "abc",
    );
    expect(result).toEqual({ sum: 5, text: "päge ✓ 🚀", list: [1, null, true], path: "/" });
    expect(await tab.evaluate(() => {})).toBeUndefined();
  });

  test("carries megabytes there and back", async ({ tab }) => {
    const text = "x✓".repeat(500_000);
    expect(await tab.evaluate((given) => given, text)).toBe(text);
  });

  test("carries over what the page throws", async ({ tab }) => {
    const failing = tab.evaluate(async (text) => {
      await Promise.resolve();
      throw new RangeError(`${text} is too far`);
    }, "this");
    const error = await failing.catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(PageError);
    expect(error).toMatchObject({ name: "RangeError", message: "this is too far" });
    await expect(tab.evaluate(() => Promise.reject("a bare string"))).rejects.toThrow("a bare string");
  });

  test("runs several calls at once", async ({ tab }) => {
    const waiting = tab.evaluate(() => new Promise<string>((resolve) => addEventListener("go", () => resolve("went"))));
    await tab.evaluate(() => dispatchEvent(new Event("go")));
    expect(await waiting).toBe("went");
  });

  test("waits for something to become true", async ({ tab }) => {
    await tab.evaluate(() => {
      setTimeout(() => document.body.setAttribute("data-ready", "yes"), 100);
    });
    expect(await tab.waitFor((name) => document.body.getAttribute(name), { args: ["data-ready"] })).toBe("yes");
    await expect(tab.waitFor(() => false, { timeoutMs: 50 })).rejects.toThrow("not true within 50 ms: () => false");
    await expect(tab.waitFor(() => Promise.reject(new TypeError("no")))).rejects.toThrow("no");
  });

  test("waits across a navigation", async ({ tab, site }) => {
    site.servePage("/next", "<!doctype html><title>next</title>");
    const arrived = tab.waitFor(() => document.title === "next" && location.pathname);
    await tab.evaluate(() => {
      location.href = "/next";
    });
    expect(await arrived).toBe("/next");
  });

  test("clicks, fills and reads elements that appear late", async ({ tab }) => {
    await tab.evaluate(() => {
      setTimeout(() => {
        document.body.innerHTML = `<form><input name="who" value="old"><button>Greet</button></form><p id="out"></p>`;
        document.querySelector("form")?.addEventListener("submit", (event) => {
          event.preventDefault();
          const out = document.querySelector("#out");
          if (out) out.innerHTML = `<b>hello</b> ${document.querySelector("input")?.value}`;
        });
      }, 100);
    });
    await tab.fill("input[name=who]", "wörld");
    await tab.click("button");
    expect(await tab.text("#out")).toBe("hello wörld");
  });

  test("tells what went wrong in the page", async ({ tab, site }) => {
    site.servePage(
      "/wrong",
      `<!doctype html><title>wrong</title><script>console.error("said", 1); console.log("not this");</script>
       <script>throw new Error("thrown")</script><script>Promise.reject(new Error("rejected"))</script>`,
    );
    await tab.goto(`${site.url}/wrong`);
    await tab.evaluate(async () => {
      await fetch("/missing");
    });
    await expect.poll(async () => (await tab.consoleErrors()).length).toBe(3);
    expect((await tab.consoleErrors()).join("\n")).toMatch(/^said 1\n.*thrown\n.*rejected$/);
  });

  test("is resized, and photographed", async ({ tab, engine }, testInfo) => {
    expect(await tab.resize({ width: 1500, height: 800 })).toEqual({ width: 1500, height: 800 });
    const narrow = await tab.resize({ width: 390, height: 600 });
    expect(narrow.height).toBe(600);
    if (engine.name !== "webkit") expect(narrow.width).toBe(390);
    else expect(narrow.width).toBeLessThan(500);
    await tab.screenshot(testInfo.outputPath("page.png"));
    const png = await readFile(testInfo.outputPath("page.png"));
    expect(png.subarray(1, 4).toString()).toBe("PNG");
    expect(png.readUInt32BE(16)).toBe(narrow.width);
  });

  test("shares storage with the other tabs of its test only", async ({ tab, newTab, site, engine }) => {
    await tab.evaluate(() => {
      localStorage.setItem("who", "first");
      // biome-ignore lint/suspicious/noDocumentCookie: Firefox ESR has no Cookie Store
      document.cookie = "who=first";
    });
    const second = await newTab();
    await second.goto(site.url);
    const look = (): (string | null)[] => [localStorage.getItem("who"), document.cookie];
    expect(await second.evaluate(look)).toEqual(["first", "who=first"]);

    await second.evaluate(() => {
      addEventListener("storage", (event) => document.body.append(`now ${event.newValue}`));
    });
    await tab.evaluate(() => localStorage.setItem("who", "changed"));
    await second.waitFor(() => document.body.textContent === "now changed");

    if (engine.name === "webkit") return; // keeps tests apart by closing one's tabs before the next
    const stranger = await engine.newProfile();
    const strangerTab = await stranger.newTab();
    await strangerTab.goto(site.url);
    expect(await strangerTab.evaluate(look)).toEqual([null, ""]);
    await stranger.close();
  });

  test("starts without cookies of an earlier test", async ({ tab }) => {
    expect(await tab.evaluate(() => document.cookie)).toBe("");
  });
});

for (const colorScheme of ["light", "dark"] as const) {
  test.describe(() => {
    test.use({ colorScheme });

    test(`shows a page in ${colorScheme} colours`, async ({ tab, site }) => {
      await tab.goto(site.url);
      expect(await tab.evaluate((name) => matchMedia(`(prefers-color-scheme: ${name})`).matches, colorScheme)).toBe(
        true,
      );
    });
  });
}

test.describe("a site", () => {
  test("serves an Express app, files and modules", async ({ tab, site }) => {
    const app = express();
    app.get("/hello", (_request, response) => {
      response.json({ hello: "world" });
    });
    site.use(app);
    site.serveFile("/browsers/", new URL("../browsers", import.meta.url).pathname);
    site.use((request, response, next) => {
      if (request.url !== "/module.js") return next();
      response.writeHead(200, { "content-type": "text/javascript" }).end("export const answer = 42;");
    });
    await tab.goto(site.url);
    expect(await tab.evaluate(async () => (await fetch("/hello")).json())).toEqual({ hello: "world" });
    expect(await tab.evaluate(async (url) => (await import(url)).answer, "/module.js")).toBe(42);
    const statuses = await tab.evaluate(async () => {
      const paths = ["/browsers/tab.ts", "/browsers/%2e%2e%2ffixture.ts", "/elsewhere"];
      return await Promise.all(paths.map(async (path) => (await fetch(path)).status));
    });
    expect(statuses).toEqual([200, 404, 404]);
  });

  test("lends the client's name to what it serves as the client", async ({ tab, site }) => {
    site.use((request, response, next) => {
      if (request.url !== "/wireway.js") return next();
      response.writeHead(200, { "content-type": "text/javascript" }).end("export const answer = 42;");
    });
    await tab.goto(site.url);
    expect(await tab.evaluate(async () => Reflect.get(await import("@wireway/client"), "answer"))).toBe(42);
  });

  test("streams a response chunk by chunk", async ({ tab, site }) => {
    const asked = site.nextRequest((request) => request.url === "/stream");
    let stream: ServerResponse | undefined;
    site.use((request, response, next) => {
      if (request.url !== "/stream") return next();
      stream = response.writeHead(200, { "content-type": "application/octet-stream" });
      response.flushHeaders();
    });
    await tab.goto(site.url);
    const chunks = tab.evaluate(async () => {
      const chunkList: string[] = [];
      Object.assign(globalThis, { chunkList });
      const reader = (await fetch("/stream")).body?.getReader();
      for (;;) {
        const part = await reader?.read();
        if (part?.value === undefined) return chunkList;
        chunkList.push(new TextDecoder().decode(part.value));
      }
    });
    await asked;
    for (const [index, text] of ["one", "two ✓", "three"].entries()) {
      stream?.write(text); // only after the page has the one before, so that no two can arrive as one
      await tab.waitFor((count) => Reflect.get(globalThis, "chunkList")?.length === count, { args: [index + 1] });
    }
    stream?.end();
    expect(await chunks).toEqual(["one", "two ✓", "three"]);
  });

  test("feeds an EventSource, which comes back after a cut", async ({ tab, site }) => {
    site.use((request, response, next) => {
      if (request.url !== "/events") return next();
      const after = Number(request.headers["last-event-id"] ?? "0");
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write(`retry: 10\nid: ${after + 1}\ndata: event ${after + 1}\n\n`);
    });
    await tab.goto(site.url);
    const both = tab.evaluate(
      () =>
        new Promise<string[]>((resolve) => {
          const texts: string[] = [];
          const source = new EventSource("/events");
          source.onmessage = (event) => {
            texts.push(event.data);
            document.title = event.data;
            if (texts.length < 2) return;
            source.close();
            resolve(texts);
          };
        }),
    );
    await tab.waitFor(() => document.title === "event 1");
    expect(site.cut()).toBeGreaterThan(0);
    expect(await both).toEqual(["event 1", "event 2"]);
  });

  for (const how of ["reset", "end"] as const) {
    test(`echoes over a WebSocket until a cut by ${how}`, async ({ tab, site }) => {
      const echo = new WebSocketServer({ server: site.server, path: "/echo" });
      echo.on("connection", (socket) => {
        socket.on("error", () => {}); // the cut, seen from here
        socket.on("message", (data, isBinary) => socket.send(data, { binary: isBinary }));
      });
      await tab.goto(site.url);
      const answers = tab.evaluate(
        () =>
          new Promise<Json[]>((resolve) => {
            const texts: Json[] = [];
            const socket = new WebSocket(`${location.origin.replace("http", "ws")}/echo`);
            socket.binaryType = "arraybuffer";
            socket.onopen = () => {
              socket.send("text ✓");
              socket.send(new Uint8Array([1, 2, 255]));
            };
            socket.onmessage = ({ data }) => {
              texts.push(typeof data === "string" ? data : [...new Uint8Array(data)]);
              if (texts.length === 2) document.title = "echoed";
            };
            socket.onclose = ({ code }) => resolve([...texts, code]);
          }),
      );
      await tab.waitFor(() => document.title === "echoed");
      site.cut(how);
      expect(await answers).toEqual(["text ✓", [1, 2, 255], 1006]);
      echo.close();
    });
  }

  test("hears a beacon from a tab that is closed", async ({ tab, site }) => {
    const beacon = new Promise<string>((resolve) => {
      const app = express();
      app.post("/beacon", express.text(), (request, response) => {
        response.sendStatus(204);
        resolve(request.body);
      });
      site.use(app);
    });
    await tab.goto(site.url);
    await tab.evaluate(() => addEventListener("pagehide", () => navigator.sendBeacon("/beacon", "gone ✓")));
    await tab.close();
    expect(await beacon).toBe("gone ✓");
  });
});
