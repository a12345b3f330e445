// Shows what the worker tells, and hands orders to it. It never sees a single price.

const worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
const [state, answers, table] = ["#state", "#answers", "tbody"].map((selector) => document.querySelector(selector));

worker.addEventListener("message", ({ data: { goods, heard, transport, answer } }) => {
  if (answer) answers.value = answer;
  else state.value = transport ? `${heard} prices over ${transport}` : "no connection";
  for (const [name, { price, low, high }] of goods ?? []) {
    const row = document.getElementById(name) ?? addRow(name);
    for (const [index, value] of [low, price, high].entries()) row.cells[index + 1].textContent = value.toFixed(2);
    row.style.setProperty("--at", (price - low) / (high - low || 1));
  }
});

function addRow(name) {
  const row = Object.assign(table.insertRow(), { id: name });
  for (const text of [name, "", "", "", ""]) row.insertCell().textContent = text;
  const button = Object.assign(document.createElement("button"), { textContent: "Buy", type: "button" });
  button.addEventListener("click", () => worker.postMessage(name));
  row.cells[4].append(button);
  return row;
}
