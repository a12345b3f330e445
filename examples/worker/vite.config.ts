// The development server hands Wireway's path on to server.js.

import { defineConfig } from "vite";

export default defineConfig({
  server: { proxy: { "/wireway": { target: `http://localhost:${process.env.PORT ?? 3000}`, ws: true } } },
});
