// Which weathers go together.

import { changeWeather, clearWeather, type Weather } from "@wireway/testkit";
import { describe, expect, it } from "vitest";
import { isBoltId, isSkyId, type SkyId, skies, skyIds, switchSky } from "./skies.ts";

describe("skies", () => {
  it.each(skyIds)("sets with %s only what the proxy knows", (id) => {
    const change: Partial<Weather> = skies[id].change;
    expect(() => changeWeather(clearWeather, change)).not.toThrow();
  });

  it("switches one on and off again", () => {
    expect(switchSky([], "kill", true)).toEqual(["kill"]);
    expect(switchSky(["kill", "lose"], "kill", false)).toEqual(["lose"]);
  });

  it("changes nothing when one is on already", () => {
    expect(switchSky(["kill"], "kill", true)).toEqual(["kill"]);
  });

  it("switches off what cannot go together", () => {
    expect(switchSky(["refuse", "lose"], "swallow", true)).toEqual(["swallow", "lose"]);
    expect(switchSky(["starveUp"], "starveDown", true)).toEqual(["starveDown"]);
  });

  it("lets no two weathers set the same field unless they exclude each other", () => {
    for (const one of skyIds) {
      for (const other of skyIds) {
        const shared = Object.keys(skies[one].change).filter((field) => field in skies[other].change);
        const isPair = one !== other && shared.length > 0;
        if (isPair) expect(switchSky([one], other, true)).toEqual([other]);
      }
    }
  });

  it("knows no names that every object has", () => {
    for (const name of ["__proto__", "constructor", "toString"]) {
      expect(isSkyId(name)).toBe(false);
      expect(isBoltId(name)).toBe(false);
    }
    expect(isSkyId("refuse" satisfies SkyId)).toBe(true);
  });
});
