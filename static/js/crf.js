/* One CRF as it is being typed: what its items are worth, which are asked, and what its rules say. No page here, only values. */

import { Decimal } from "./decimal.js";
import { Day, Instant } from "./dates.js";
import { LogicError, ServerOnly, evaluate, typed } from "./logic.js";

const READ = {
  int: (text) => (/^-?[0-9]{1,15}$/.test(text) ? Decimal.read(text) : undefined),
  decimal: (text) => (/^-?[0-9]{1,15}(\.[0-9]{1,10})?$/.test(text) ? Decimal.read(text) : undefined),
  date: (text) => Day.read(text, true),
  pdate: (text) => Day.read(text.toUpperCase(), false),
  datetime: (text) => Instant.read(text),
};

/** Typed text as the value the rules see; null for a blank, and for what the server will call unreadable. */
export function read(item, raw, codes = []) {
  if (Array.isArray(raw)) return raw.length ? inOrder(raw, codes) : null;
  if (raw !== null && typeof raw === "object") return raw;
  const text = (raw ?? "").trim();
  if (text === "") return null;
  if (item.kind === "decimal" && item.places !== undefined && (text.split(".")[1] ?? "").length > item.places) return null;
  return item.kind in READ ? (READ[item.kind](text) ?? null) : text.normalize("NFC");
}

/** Codes in the order of their list, each once. */
const inOrder = (raw, codes) => (codes.length ? codes.filter((c) => raw.includes(c)) : [...new Set(raw)].sort());

/** A form or one of its rows as a scope. `outside`: {KEY: [logical, as recorded]} of other forms; `facts`: name to value. */
export class FormScope {
  constructor(form, raw, { outside = {}, facts = {} } = {}, row = null) {
    Object.assign(this, { form, raw, outside, facts, row });
    this.index = form.index ??= indexed(form);
  }

  within(row) {
    return new FormScope(this.form, this.raw, this, row);
  }

  rows(group) {
    return (this.raw.groups?.[group] ?? []).map((row) => this.within(row));
  }

  item(key) {
    const found = this.find(key);
    if (found === undefined) return this.elsewhere(key, 0);
    const value = this.answer(found);
    return found.kind === "code" && this.form.unknown[found.codes]?.includes(value) ? null : value;
  }

  code(key) {
    const found = this.find(key);
    return found === undefined ? this.elsewhere(key, 1) : this.answer(found);
  }

  elsewhere(key, which) {
    if (!(key in this.outside)) throw new ServerOnly(key);
    return typed(this.outside[key][which]);
  }

  fact(name) {
    if (!(name in this.facts)) throw new ServerOnly(`fact ${name}`);
    return typed(this.facts[name]);
  }

  instances([kind, name, ...group]) {
    if (kind !== "rows" || group.length) throw new ServerOnly(`${kind} ${name}`);
    return this.rows(name.split(".").at(-1));
  }

  find(key) {
    const [form, oid] = key.split(".");
    if (form !== this.form.form) return undefined;
    if (!(oid in this.index)) throw new LogicError(`no item ${key}`);
    return this.index[oid];
  }

  answer(item) {
    if (item.derive) return evaluate(item.derive, this);
    const row = this.row?.items ?? {};
    // Python reads {**items, **row.items}: a row's own value first, and none of another row's.
    return read(item, row[item.item] ?? this.raw.items?.[item.item], this.form.known[item.codes]);
  }
}

function indexed(form) {
  const all = [...(form.items ?? []), ...(form.groups ?? []).flatMap((g) => g.items)];
  form.known = Object.fromEntries(Object.entries(form.codelists ?? {}).map(([name, list]) => [name, list.codes.map((c) => c.code)]));
  form.unknown = Object.fromEntries(
    Object.entries(form.codelists ?? {}).map(([name, list]) => [name, list.codes.filter((c) => c.unknown).map((c) => c.code)]),
  );
  return Object.fromEntries(all.map((item) => [item.item, item]));
}

/** The verdict of a rule, or undefined where only the server can tell. */
export function verdict(rule, scope) {
  try {
    return evaluate(rule, scope);
  } catch (problem) {
    if (problem instanceof ServerOnly) return undefined;
    throw problem;
  }
}

/** Whether an item is asked: true, false, null (cannot tell), undefined (the server knows). */
export const asked = (item, scope) => (item.ask_if ? verdict(item.ask_if, scope) : true);

function* keysIn(rule) {
  if (!Array.isArray(rule)) return;
  if (rule[0] === "item" || rule[0] === "code") yield rule[1];
  else for (const part of rule.slice(1)) yield* keysIn(part);
}

const answered = (item, scope) =>
  scope.code(`${scope.form.form}.${item.item}`) !== null || Boolean(scope.row?.missing?.[item.item] || scope.raw.missing?.[item.item]);

/** Whether an item is on the page: not while what decides about it, on this very form, is simply still blank. */
export function onPage(item, scope) {
  const truth = asked(item, scope);
  if (truth !== null || answered(item, scope)) return truth === undefined ? undefined : truth !== false;
  const own = [...keysIn(item.ask_if)].filter((key) => key.startsWith(`${scope.form.form}.`)).map((key) => scope.find(key));
  return own.filter((each) => !each.derive).every((each) => answered(each, scope));
}

function ends(range, key) {
  const [low, high] = range;
  const rules = [];
  if (low) rules.push([low.exclusive ? "gt" : "ge", ["item", key], low.at]);
  if (high) rules.push([high.exclusive ? "lt" : "le", ["item", key], high.at]);
  return rules.length === 1 ? rules[0] : ["and", ...rules];
}

function* ofItem(form, item, scope) {
  if (asked(item, scope) === false) return;
  const key = `${form.form}.${item.item}`;
  for (const level of ["hard", "soft"]) {
    if (level === "hard" && item.kind === "calc") continue; // nobody typed it: there is nothing to refuse
    const truth = item[level] ? verdict(ends(item[level], key), scope) : true;
    if (truth === false) {
      yield { level, id: `${key}:${level}`, item: item.item, row: scope.row?.id ?? null, range: item[level] };
      return;
    }
    if (truth === undefined) return; // the hard range is not known here: the soft one would speak too early
  }
}

function* ofCheck(check, scope) {
  if (verdict(check.rule, scope) !== false) return;
  yield { level: check.level, id: check.check, item: check.on?.[0] ?? null, row: scope.row?.id ?? null, message: check.message, scope };
}

/** Hard and soft findings the browser can tell, in the order of the form. */
export function* findings(form, scope) {
  for (const item of form.items ?? []) yield* ofItem(form, item, scope);
  for (const group of form.groups ?? [])
    for (const row of scope.rows(group.group)) for (const item of group.items) yield* ofItem(form, item, row);
  for (const check of form.checks ?? [])
    for (const inner of check.group ? scope.rows(check.group) : [scope]) yield* ofCheck(check, inner);
}

/** The message of a check with the values it quotes, in words: `words` as trial/web/live.py tells them. */
export function spoken(message, scope, words) {
  const named = message.replace(/%\(([A-Z0-9_]+\.[A-Z0-9_]+)\)s/g, (_all, key) => quoted(key, scope, words[key]));
  return named.replaceAll("%%", "%");
}

function quoted(key, scope, said) {
  if (said === undefined) return "…"; // only the server may say it
  if (typeof said === "string") return said;
  try {
    return [scope.code(key)].flat().map((one) => said[one] ?? one ?? "—").join(", ");
  } catch (problem) {
    if (problem instanceof ServerOnly) return "…";
    throw problem;
  }
}
