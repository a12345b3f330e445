// What samples of a client may use without declaring it. Only its type matters: nothing of it is run.

import type { Socket } from "@wireway/client";

export declare const socket: Socket;
