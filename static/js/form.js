/* The CRF page, live: items appear and hide, calculated values and findings follow what is typed, the draft is kept.
   What the browser can tell is told at once (crf.js); the server's word, which counts, follows with each draft. */

import { FormScope, findings, onPage, spoken, verdict } from "./crf.js";
import { keepDrafts } from "./draft.js";

const form = document.getElementById("crf");
const live = JSON.parse(document.getElementById("live").textContent);
const words = JSON.parse(document.getElementById("words").textContent);
const definition = live.form;
let server = { asked: {}, groups: {}, findings: [], calculated: {} };

// --- what is typed ------------------------------------------------------------------------------------------------

function value(name, kind) {
  const fields = [...form.querySelectorAll(`[name="${CSS.escape(name)}"]`)];
  if (kind === "multi") {
    const line = fields.find((f) => f.type !== "checkbox");
    return line ? (line.value ? [line.value] : []) : fields.filter((f) => f.checked).map((f) => f.value);
  }
  const field = fields.find((f) => (f.type === "radio" ? f.checked : true));
  return field && (field.type !== "radio" || field.checked) ? field.value : "";
}

function part(items, prefix) {
  const told = { items: {}, missing: {} };
  for (const item of items) {
    if (item.kind === "calc") continue;
    const name = prefix + item.item;
    const typed = value(name, item.kind);
    told.items[item.item] = item.kind === "file" && typed ? { f: typed } : typed;
    told.missing[item.item] = value(`${name}__missing`, "code");
  }
  return told;
}

const rowBoxes = (group) => [...form.querySelectorAll(`[data-group="${group}"] > .row-box`)];
const indexOf = (box) => /-(\d+)-id$/.exec(box.querySelector("input[type=hidden]").name)[1];

function typedNow() {
  const raw = part(definition.items ?? [], "");
  raw.groups = {};
  for (const group of definition.groups ?? [])
    raw.groups[group.group] = rowBoxes(group.group)
      .filter((box) => !box.querySelector(".remove input")?.checked)
      .map((box) => ({ id: box.dataset.row, ...part(group.items, `${group.group}-${indexOf(box)}-`) }));
  return raw;
}

// --- what follows from it -----------------------------------------------------------------------------------------

const holder = (path) => form.querySelector(`[data-path="${CSS.escape(path)}"]`);
const pathOf = (item, row) => (row ? `${definition.groups.find((g) => g.items.some((i) => i.item === item)).group}/${row}/${item}` : item);

function show(element, visible) {
  if (element) element.classList.toggle("unasked", !visible);
}

function appear(raw) {
  const scope = new FormScope(definition, raw, live);
  const settle = (item, inner, row) => {
    const path = pathOf(item.item, row);
    const told = onPage(item, inner);
    show(holder(path), (told === undefined ? server.asked[path] : told) !== false);
  };
  for (const item of definition.items ?? []) settle(item, scope, null);
  for (const group of definition.groups ?? []) {
    const told = group.ask_if ? verdict(group.ask_if, scope) : true;
    const box = form.querySelector(`[data-group="${group.group}"]`);
    const visible = (told === undefined ? server.groups[group.group] : told) !== false;
    show(box, visible);
    show(box?.closest(".part"), visible);
    for (const row of scope.rows(group.group)) for (const item of group.items) settle(item, row, row.row.id);
  }
  return scope;
}

const KNOWN_HERE = new Set(["hard", "soft"]);

/** Findings of the browser, with the server's words where it has said them, and those only the server can have. */
function told(scope) {
  const here = [...findings(definition, scope)];
  const keys = new Set();
  const list = here.map((f) => {
    const key = f.row ? `${f.id}@${f.row}` : f.id;
    keys.add(key);
    const same = server.findings.find((s) => s.key === key && s.level === f.level);
    return { key, level: f.level, path: f.item ? pathOf(f.item, f.row) : "", words: same?.words ?? wordsOf(f) };
  });
  const mine = ownChecks();
  return [...list, ...server.findings.filter((s) => !keys.has(s.key) && !(fresh && KNOWN_HERE.has(s.level) && mine.has(s.key.split("@")[0])))];
}

function wordsOf(finding) {
  if (!finding.message) return finding.level === "hard" ? words.out_hard : words.out_soft;
  return spoken(finding.message, finding.scope, live.words);
}

/** Checks the browser evaluated by itself just now: the server's older verdict on them no longer counts. */
let fresh = false;
function ownChecks() {
  const scope = new FormScope(definition, typedNow(), live);
  const sure = new Set();
  for (const check of definition.checks ?? []) {
    const scopes = check.group ? scope.rows(check.group) : [scope];
    if (scopes.every((s) => verdict(check.rule, s) !== undefined)) sure.add(check.check);
  }
  return sure;
}

const SIGNS = { soft: "?", missing: "○" };

function speak(list) {
  const touched = (f) => f.level !== "missing" || form.dataset.tried;
  const places = new Map([...form.querySelectorAll("[data-said]")].map((box) => [box, []]));
  for (const f of list.filter(touched)) {
    const box = holder(f.path)?.querySelector("[data-said]") ?? form.querySelector("#form-said");
    places.get(box)?.push(f);
  }
  for (const [box, found] of places) draw(box, found);
}

/** Draw the findings of one place; boxes in which a reason is being typed stay as they are. */
function draw(box, found) {
  const wanted = new Map(found.map((f) => [f.key, f]));
  for (const old of [...box.querySelectorAll(".finding")]) {
    const f = wanted.get(old.dataset.key);
    if (f && old.classList.contains(f.level)) {
      old.querySelector(".words").textContent = f.words;
      wanted.delete(f.key);
    } else if (!old.querySelector(".confirm input")?.value) old.remove();
    else old.hidden = true;
  }
  for (const shown of box.querySelectorAll(".finding")) if (found.some((f) => f.key === shown.dataset.key)) shown.hidden = false;
  for (const f of wanted.values()) box.append(finding(f));
  const item = box.closest(".item");
  if (!item) return;
  for (const level of ["problem", "hard", "soft", "missing"]) item.classList.toggle(`has-${level}`, found[0]?.level === level);
  for (const field of item.querySelectorAll(".answer > .typed-line input, .answer > textarea, .answer > select"))
    field.toggleAttribute("aria-invalid", found.some((f) => f.level !== "missing"));
}

function finding(f) {
  const element = document.createElement("div");
  element.className = `finding ${f.level}`;
  element.dataset.key = f.key;
  const sign = Object.assign(document.createElement("span"), { className: "sign", textContent: SIGNS[f.level] ?? "✕" });
  sign.setAttribute("aria-hidden", "true");
  element.append(sign, Object.assign(document.createElement("span"), { className: "words", textContent: f.words }));
  if (f.level === "soft") {
    const label = Object.assign(document.createElement("label"), { className: "confirm" });
    label.append(Object.assign(document.createElement("span"), { textContent: words.because }));
    label.append(Object.assign(document.createElement("input"), { className: "form-control form-control-sm", name: `confirm__${f.key}`, maxLength: 2000 }));
    element.append(label);
  }
  return element;
}

// --- reasons for changes, answered items --------------------------------------------------------------------------

const first = new Map();
const stateOf = (item) => [...item.querySelectorAll("input, select, textarea")].filter((f) => !/^(reason|confirm)__/.test(f.name))
  .map((f) => (f.type === "radio" || f.type === "checkbox" ? (f.checked ? f.value : "") : f.value)).join("\u0001");
for (const item of form.querySelectorAll(".item[data-path]")) first.set(item.dataset.path, stateOf(item));

function wake() {
  let changed = false;
  for (const item of form.querySelectorAll(".item[data-path]")) {
    const name = item.dataset.name;
    const typed = value(name, item.querySelector("input[type=checkbox][name]") && !item.querySelector("input[type=radio]") ? "multi" : "text");
    item.classList.toggle("answered", Boolean(typed.length));
    const why = item.querySelector("[data-why]");
    if (!why) continue;
    const moved = "changed" in item.dataset || (first.has(item.dataset.path) && first.get(item.dataset.path) !== stateOf(item));
    changed ||= moved;
    const input = why.querySelector("input");
    why.classList.toggle("asleep", !moved && !input.value && !input.hasAttribute("aria-invalid"));
  }
  const removed = [...form.querySelectorAll(".remove input:checked")].length > 0;
  const all = form.querySelector("[data-why-all]");
  if (all) all.classList.toggle("asleep", !changed && !removed && !all.querySelector("input").value);
}

// --- rows ---------------------------------------------------------------------------------------------------------

function addRow(group) {
  const box = form.querySelector(`[data-group="${group}"]`);
  const next = rowBoxes(group).reduce((most, b) => Math.max(most, Number(indexOf(b)) + 1), 0);
  const id = crypto.randomUUID?.().slice(0, 13).replaceAll("-", "") ?? Math.random().toString(16).slice(2, 14);
  const copy = box.querySelector("template").content.cloneNode(true);
  for (const element of copy.querySelectorAll("*"))
    for (const attribute of [...element.attributes])
      if (attribute.value.includes("__ROW__"))
        element.setAttribute(attribute.name, attribute.value.replaceAll(`${group}-__ROW__`, `${group}-${next}`).replaceAll("__ROW__", id));
  copy.querySelector(".row-box").dataset.row = id;
  copy.querySelector(".count").textContent = String(rowBoxes(group).length + 1);
  box.insertBefore(copy, box.querySelector("template"));
  rowBoxes(group).at(-1).querySelector("input:not([type=hidden]), select, textarea")?.focus();
  changed();
}

// --- together -----------------------------------------------------------------------------------------------------

function changed() {
  fresh = true;
  wake();
  speak(told(appear(typedNow())));
}

function heard(answer) {
  server = answer;
  fresh = false;
  for (const [path, text] of Object.entries(answer.calculated)) {
    const place = form.querySelector(`[data-calc="${CSS.escape(path)}"]`);
    if (place) place.textContent = text;
  }
  speak(told(appear(typedNow())));
}

form.addEventListener("input", changed);
form.addEventListener("change", (event) => {
  const box = event.target;
  if (box.type === "checkbox" && box.checked && box.closest(".checks")) {
    const others = [...box.closest(".checks").querySelectorAll("input")].filter((b) => b !== box);
    for (const other of others) if (box.hasAttribute("data-exclusive") || other.hasAttribute("data-exclusive")) other.checked = false;
  }
  changed();
});
form.addEventListener("click", (event) => {
  const clear = event.target.closest("[data-clear]");
  if (clear) {
    for (const radio of form.querySelectorAll(`[name="${CSS.escape(clear.dataset.clear)}"]`)) radio.checked = false;
    form.dispatchEvent(new Event("input", { bubbles: true }));
  }
  const add = event.target.closest("[data-add]");
  if (add) {
    event.preventDefault();
    addRow(add.dataset.add);
  }
});
if (document.getElementById("refusal")) {
  form.dataset.tried = "yes";
  (form.querySelector(".has-problem input, .has-hard input, .has-hard select, .has-soft .confirm input, [name^='reason__'][aria-invalid]") ?? document.getElementById("refusal")).focus();
}
wake();
server.findings = [...form.querySelectorAll(".finding")].map((f) => ({
  key: f.dataset.key, level: f.classList[1], words: f.querySelector(".words").textContent, path: f.closest("[data-path]")?.dataset.path ?? "",
}));
for (const item of form.querySelectorAll(".item[data-path]")) server.asked[item.dataset.path] = !item.classList.contains("unasked");
for (const group of form.querySelectorAll("[data-group]")) server.groups[group.dataset.group] = !group.classList.contains("unasked");
if (server.findings.some((f) => f.level === "missing")) form.dataset.tried = "yes";
keepDrafts(form, words, heard, changed);
