// Whether a path names a program that may be run: what the finders of browsers and of proxies ask of every candidate.

import { accessSync, constants } from "node:fs";

export function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
