// The page with charts, as one file that needs nothing else: the figures and the script that draws them are in it.

import type { Record } from "../figures/record.ts";

/** `script`: the bundled `page.ts`. */
export function reportPage(record: Record, script: string): string {
  const { processor, memory, node, pinned } = record.machine;
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Wireway: what servers cost</title>
<style>
:root { color-scheme: light dark; --ours: light-dark(#2563eb, #60a5fa); --others: light-dark(#c3c9d4, #59616e); }
body { margin: 2rem auto; max-width: 62rem; padding: 0 1rem; font: 16px/1.5 system-ui, sans-serif;
  background: light-dark(#fff, #14171c); color: light-dark(#1c2430, #e4e8ee); }
h1 { font-size: 1.6rem; } h2 { font-size: 1.2rem; margin-top: 2.5rem; } section { overflow-x: auto; }
</style>
<main>
<h1>What servers cost</h1>
<p>Each bar is the median of a server's cost in times of the one that all are compared with; in brackets the cost itself.
Thin lines are the least and the most of all repetitions. The scale is logarithmic.</p>
<p>${processor}, ${memory}, ${node}; ${pinned}.</p>
</main>
<script type="application/json" id="record">${JSON.stringify(record).replaceAll("<", "\\u003c")}</script>
<script>${script.replaceAll("</script", "<\\/script")}</script>
</html>
`;
}
