// Holds the current weather and the dice. Each kind of chance has a generator of its own, so that switching one weather
// on does not change what another does under the same seed. Traffic outside `only` always sees clear weather.

import { Random } from "../random.ts";
import { changeWeather, clearWeather, type Weather } from "./weather.ts";

type Listener = (weather: Weather, previous: Weather) => void;

export class WeatherStation {
  readonly dice: { readonly [Concern in "loss" | "error" | "duplicate" | "delay" | "life"]: Random };

  #weather: Weather;
  readonly #only: (path: string) => boolean;
  readonly #listeners = new Set<Listener>();

  constructor(seed: number, initial: Partial<Weather>, only: (path: string) => boolean) {
    const random = new Random(seed);
    this.dice = {
      loss: random.fork(),
      error: random.fork(),
      duplicate: random.fork(),
      delay: random.fork(),
      life: random.fork(),
    };
    this.#weather = changeWeather(clearWeather, initial);
    this.#only = only;
  }

  get weather(): Weather {
    return this.#weather;
  }

  change(change: Partial<Weather>): void {
    const previous = this.#weather;
    this.#weather = changeWeather(previous, change);
    for (const listener of [...this.#listeners]) listener(this.#weather, previous);
  }

  /** Calls back after every change until the returned function is called. */
  onChange(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  applies(path: string): boolean {
    return this.#only(path);
  }

  /** The weather as somebody sees it to whom it does or does not apply. */
  seenBy(weathered: boolean): Weather {
    return weathered ? this.#weather : clearWeather;
  }

  /** Decides whether the response that begins now is lost, and spends one of `loseNextResponses` first. */
  losesResponse(weathered: boolean): boolean {
    if (!weathered) return false;
    const { loseNextResponses, loseResponses } = this.#weather;
    if (loseNextResponses > 0) {
      this.change({ loseNextResponses: loseNextResponses - 1 });
      return true;
    }
    return this.dice.loss.chance(loseResponses);
  }
}
