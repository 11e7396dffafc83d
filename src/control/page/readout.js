// What a chart shows at one moment, as a small table: a row for each direction, a column for each side's view of it.

export const DIRECTIONS = { up: "to server", down: "from server", both: "round trip" };
const SIDES = ["browser", "server"];

/** `reads` as LineChart.readAt gives them; a side that has no view is a dash. */
export function readoutTable(when, reads) {
  const table = document.createElement("table");
  addRow(table, "th", when, SIDES);
  for (const direction of new Set(reads.map((read) => read.direction))) {
    const texts = SIDES.map((side) => reads.find((read) => read.direction === direction && read.side === side)?.text ?? "–");
    addRow(table, "td", DIRECTIONS[direction], texts).className = direction;
  }
  return table;
}

function addRow(table, tag, head, texts) {
  const row = table.insertRow();
  row.append(...[head, ...texts].map((text) => Object.assign(document.createElement(tag), { textContent: text })));
  return row;
}
