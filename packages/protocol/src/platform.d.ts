// The few globals of the WHATWG Encoding, DOM and HTML standards that every runtime has (browsers, workers, Node, Deno,
// Bun) and that the ES2022 library does not declare. The protocol uses nothing else of its surroundings.

interface TextEncoderStandard {
  encode(text: string): Uint8Array<ArrayBuffer>;
}
interface TextDecoderStandard {
  decode(bytes?: Uint8Array, options?: { stream?: boolean }): string;
}
declare const TextEncoder: new () => TextEncoderStandard;
declare const TextDecoder: new (
  label?: string,
  options?: { fatal?: boolean; ignoreBOM?: boolean },
) => TextDecoderStandard;
declare function btoa(binary: string): string;
declare function queueMicrotask(task: () => void): void;

interface AbortSignal {
  readonly aborted: boolean;
  addEventListener(type: "abort", listener: () => void): void;
  removeEventListener(type: "abort", listener: () => void): void;
}
