// Which weathers go together.

import { changeWeather, clearWeather, type Weather } from "@wireway/testkit";
import { describe, expect, it } from "vitest";
import { isBoltId, isSkyId, type Sky, type SkyId, skies, skyIds, skyName, switchSky } from "./skies.ts";

describe("skies", () => {
  it.each(skyIds)("sets with %s only what the proxy knows", (id) => {
    const change: Partial<Weather> = skies[id].change;
    expect(() => changeWeather(clearWeather, change)).not.toThrow();
  });

  it("switches one on and off again", () => {
    expect(switchSky([], "kill", true)).toEqual(["kill"]);
    expect(switchSky(["kill", "lose10"], "kill", false)).toEqual(["lose10"]);
  });

  it("changes nothing when one is on already", () => {
    expect(switchSky(["kill"], "kill", true)).toEqual(["kill"]);
  });

  it("switches off what sets the same", () => {
    expect(switchSky(["refuse403", "latency"], "swallow", true)).toEqual(["swallow", "latency"]);
    expect(switchSky(["starveUp"], "freeze", true)).toEqual(["freeze"]);
    expect(switchSky(["refuse502"], "block", true)).toEqual(["block"]);
  });

  it("refuses WebSocket along with a weather of HTTP, unless something stands in its way already", () => {
    expect(switchSky([], "lose10", true)).toEqual(["refuse403", "lose10"]);
    expect(switchSky(["kill"], "lose10", true)).toEqual(["kill", "lose10"]);
    expect(switchSky(["block"], "buffer", true)).toEqual(["buffer", "block"]);
    expect(switchSky(["latency"], "buffer", true)).toEqual(["refuse403", "buffer", "latency"]);
  });

  it("lets the choices of one switch exclude one another, and names each", () => {
    for (const one of skyIds) {
      for (const other of skyIds) {
        const isPair = one !== other && skies[one].label === skies[other].label;
        if (!isPair) continue;
        expect(switchSky([one], other, true)).not.toContain(one);
        expect(skyName(one)).not.toBe(skyName(other));
      }
    }
  });

  it("takes all of the group HTTP for felt over HTTP only", () => {
    for (const id of skyIds) {
      const { group, isAboutHttp }: Sky = skies[id];
      expect(isAboutHttp === true, id).toBe(group === "http");
    }
  });

  it("knows no names that every object has", () => {
    for (const name of ["__proto__", "constructor", "toString"]) {
      expect(isSkyId(name)).toBe(false);
      expect(isBoltId(name)).toBe(false);
    }
    expect(isSkyId("refuse403" satisfies SkyId)).toBe(true);
  });
});
