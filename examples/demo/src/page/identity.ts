// Who this tab is to the others: a name for as long as the tab lives, and a colour that the server gives, so that those who
// are here together differ. The colours are ten that can be told apart on light and dark.

interface Tint {
  readonly light: string;
  readonly dark: string;
}

const tints: readonly Tint[] = [
  { light: "#0a7c6f", dark: "#41dcc0" },
  { light: "#c6402a", dark: "#ff8a70" },
  { light: "#4653cf", dark: "#8f9dff" },
  { light: "#9a6100", dark: "#ffc14d" },
  { light: "#9c3aa8", dark: "#e48cf0" },
  { light: "#4f7a17", dark: "#a9d864" },
  { light: "#1178b8", dark: "#5fc1ff" },
  { light: "#c42d6c", dark: "#ff85b3" },
  { light: "#5a6b80", dark: "#b3c3d8" },
  { light: "#a4552a", dark: "#eaa077" },
];

const manners = ["Brave", "Bright", "Calm", "Clever", "Gentle", "Keen", "Merry", "Nimble", "Quick", "Quiet"];

const birds = [
  "Heron",
  "Swift",
  "Plover",
  "Kestrel",
  "Wren",
  "Curlew",
  "Osprey",
  "Avocet",
  "Lark",
  "Puffin",
  "Dipper",
  "Tern",
];

export interface Identity {
  readonly name: string;
  /** Seeds the tab's own drawing: 0 up to 1. */
  readonly seed: number;
}

const storageKey = "wireway-demo-identity";

export function whoAmI(): Identity {
  const seed = rememberedSeed() ?? Math.random();
  try {
    // A tab that was opened from this one starts with a copy of its storage: it is kept only over a reload.
    sessionStorage.removeItem(storageKey);
    addEventListener("pagehide", () => sessionStorage.setItem(storageKey, String(seed)));
  } catch {
    // Without storage a reload makes somebody new.
  }
  const draw = Math.floor(seed * manners.length * birds.length);
  return { name: `${manners[draw % manners.length]} ${birds[Math.floor(draw / manners.length)]}`, seed };
}

export function tintColour(tint: number, isDark: boolean): string {
  const { light, dark } = tints[tint % tints.length] as Tint;
  return isDark ? dark : light;
}

function rememberedSeed(): number | undefined {
  try {
    const seed = Number.parseFloat(sessionStorage.getItem(storageKey) ?? "");
    return seed >= 0 && seed < 1 ? seed : undefined;
  } catch {
    return undefined;
  }
}
