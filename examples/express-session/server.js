// Who has logged in by a form may connect, over every transport: the same express-session stands in front of both.

import { fileURLToPath } from "node:url";
import { Refusal, Server } from "@wireway/server";
import express from "express";
import session from "express-session";

const wireway = new Server({
  context: (request) => ({ user: request.session.user }), // what is kept of the request
  authenticate: ({ context }) => {
    if (!context.user) throw new Refusal("not_logged_in");
    return { user: context.user };
  },
});
const sessions = session({
  secret: process.env.SESSION_SECRET ?? "only while developing",
  cookie: { sameSite: "lax" },
  resave: false,
  saveUninitialized: false,
});
wireway.use(sessions); // for upgrades too, which Express never sees

const app = express();
app.use(wireway.middleware());
app.use(sessions, express.urlencoded());
app.use(express.static(fileURLToPath(new URL("public", import.meta.url))));
const client = fileURLToPath(import.meta.resolve("@wireway/client/bundle"));
app.get("/wireway.js", (_request, response) => response.sendFile(client));

app.post("/login", (request, response, next) => {
  // A new session, so that nobody is logged in by an id that somebody else knows.
  request.session.regenerate((error) => {
    if (error) return next(error);
    request.session.user = String(request.body.name); // here a password would be checked
    response.redirect("/");
  });
});

app.post("/logout", (request, response, next) => {
  const { user } = request.session;
  request.session.destroy(async (error) => {
    if (error) return next(error);
    if (user) await wireway.disconnectUser(user); // in every tab, and where a connection is lost just now
    response.redirect("/");
  });
});

wireway.on("connection", (socket) => {
  socket.on("chat", (text) => wireway.emit("chat", socket.user, text));
});

const server = app.listen(process.env.PORT ?? 3000, () => console.log(`http://localhost:${server.address().port}`));
