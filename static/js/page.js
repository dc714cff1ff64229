/* Small things every page has: the server's clock, printing, selects that send their form, the way to a refusal. Never the browser's own time. */

const clock = document.getElementById("clock");
if (clock) {
  const [start, from] = [Date.parse(clock.dateTime), performance.now()];
  setInterval(() => {
    clock.textContent = `${new Date(start + performance.now() - from).toISOString().slice(0, 16).replace("T", " ")} UTC`;
  }, 5000);
}

// A wide table on a narrow screen is read row by row, each cell with its own heading (css: .stacked). Tables of figures scroll.
const wide = [...document.querySelectorAll("table.list:not(.numbers, .figures, .risk)")].filter(
  (table) => table.tHead?.rows.length === 1 && !table.querySelector("[rowspan]")
);
for (const table of wide) {
  const headings = [...table.tHead.rows[0].cells].map((cell) => cell.textContent.trim());
  for (const row of [...table.tBodies].flatMap((body) => [...body.rows])) {
    for (const cell of row.cells) {
      if (cell.colSpan === 1 && headings[cell.cellIndex]) cell.dataset.label = headings[cell.cellIndex];
      cell.classList.toggle("blank", !cell.children.length && !cell.textContent.trim());
    }
  }
}
const narrow = matchMedia("(max-width: 46rem)");
const stack = () => {
  for (const table of wide) {
    table.classList.remove("stacked");
    const crowded = table.scrollWidth > table.clientWidth || table.tHead.rows[0].cells.length > 3;
    table.classList.toggle("stacked", narrow.matches && crowded);
  }
  // What scrolls sideways all the same is reached by the keyboard.
  for (const table of document.querySelectorAll("table.list")) {
    if (table.scrollWidth > table.clientWidth + 1) table.tabIndex = 0;
    else table.removeAttribute("tabindex");
  }
};
narrow.addEventListener("change", stack);
stack();

for (const button of document.querySelectorAll("[data-print]")) button.addEventListener("click", () => window.print());
for (const select of document.querySelectorAll("select[data-send]")) select.addEventListener("change", () => select.form.requestSubmit());

// A second click while the first is on its way would be answered the same, but looks like two.
for (const form of document.querySelectorAll("form[method=post]")) {
  form.addEventListener("submit", () => setTimeout(() => form.querySelectorAll("button[type=submit]").forEach((b) => (b.disabled = true))));
}
addEventListener("pageshow", () => document.querySelectorAll("button[type=submit]").forEach((b) => (b.disabled = false)));

// What was refused is read first, unless the page says where typing goes on.
if (!document.querySelector("[autofocus]")) document.getElementById("refusal")?.focus();
