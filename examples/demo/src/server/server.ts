// The demo's server: an ordinary Express application with Wireway mounted in one line. It knows nothing of the weather,
// which is the business of the proxy before it. Runs as a child of start.ts, so that it can be killed for real.

import { fileURLToPath } from "node:url";
import { Server } from "@wireway/server";
import express from "express";
import type { ClientToServer, ServerToClient } from "../shared/events.ts";
import { Board } from "./board.ts";
import { leash } from "./leash.ts";

const wireway = new Server<ClientToServer, ServerToClient>();
const board = new Board(wireway);
const app = express();

app.disable("x-powered-by");
app.use(wireway.middleware());
app.use(express.static(fileURLToPath(new URL("page", import.meta.url)), { cacheControl: false }));

const http = app.listen(0, "127.0.0.1", () => leash(http, (news) => board.tellWeather(news)));
