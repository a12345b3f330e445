// What samples of a server may use without declaring it. Only their types matter: nothing of it is run.

import type { Server, Socket } from "@wireway/server";
import type { Express } from "express";

export declare const wireway: Server;
export declare const socket: Socket;
export declare const app: Express;
