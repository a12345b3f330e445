// The part of msgpackr that is used: its own types for this path lead nowhere when they are read as an ES module's.
// This path and not the package's name, because that loads native code where some is installed.
// Source: https://github.com/kriszyp/msgpackr

declare module "msgpackr/pack" {
  interface PackrOptions {
    readonly useRecords: false;
    /** Heads of objects as short as they can be. */
    readonly variableMapSize?: boolean;
    readonly useToJSON?: boolean;
    /** Binary values are copies, not parts of the message. */
    readonly copyBuffers?: boolean;
  }
  class Packr {
    constructor(options: PackrOptions);
    pack(value: unknown, mode: number): Uint8Array;
    unpack(bytes: Uint8Array): unknown;
  }
  /** What is written next overwrites this. */
  const RESET_BUFFER_MODE: number;
}
