// What a page of Vite needs for Wireway: nothing when it is built, and this proxy while it is developed.

import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

export default defineConfig({
  plugins: [react()],
  server: { proxy: { "/wireway": { target: `http://localhost:${process.env.PORT ?? 3000}`, ws: true } } },
});
