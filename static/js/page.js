/* Small things every page has: the server's clock, printing, selects that send their form, the way to a refusal. Never the browser's own time. */

const clock = document.getElementById("clock");
if (clock) {
  const [start, from] = [Date.parse(clock.dateTime), performance.now()];
  setInterval(() => {
    clock.textContent = `${new Date(start + performance.now() - from).toISOString().slice(0, 16).replace("T", " ")} UTC`;
  }, 5000);
}

for (const button of document.querySelectorAll("[data-print]")) button.addEventListener("click", () => window.print());
for (const select of document.querySelectorAll("select[data-send]")) select.addEventListener("change", () => select.form.requestSubmit());

// A second click while the first is on its way would be answered the same, but looks like two.
for (const form of document.querySelectorAll("form[method=post]")) {
  form.addEventListener("submit", () => setTimeout(() => form.querySelectorAll("button[type=submit]").forEach((b) => (b.disabled = true))));
}
addEventListener("pageshow", () => document.querySelectorAll("button[type=submit]").forEach((b) => (b.disabled = false)));

// What was refused is read first, unless the page says where typing goes on.
if (!document.querySelector("[autofocus]")) document.getElementById("refusal")?.focus();
