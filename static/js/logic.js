/* The expressions of forms/logic.py, run in the browser. Same operators, same three values: true, false and null, "cannot tell".
   What only the server can know (other forms' rows, registered derivations) throws ServerOnly, and whoever asked leaves it
   to the server's answer. A parity test runs both on the same expressions and values. */

import { Decimal } from "./decimal.js";
import { Day, Instant, before, completedYears, daysBetween, same } from "./dates.js";

export class LogicError extends Error {}
export class ServerOnly extends Error {}

// --- values ---------------------------------------------------------------------------------------------------------

/** A value as the page carries it: {n: number}, {d: date}, {p: partial date}, {t: instant}, {f: file}, text, list, truth. */
export function typed(data) {
  if (Array.isArray(data)) return data.map(typed);
  if (data === null || typeof data !== "object") return data ?? null;
  if ("n" in data) return Decimal.read(data.n);
  if ("d" in data) return Day.read(data.d, true);
  if ("p" in data) return Day.read(data.p, false);
  return "t" in data ? Instant.read(data.t) : data;
}

export function plain(value) {
  if (Array.isArray(value)) return value.map(plain);
  if (value instanceof Decimal) return { n: value.toString() };
  if (value instanceof Day) return value.full ? { d: value.toString() } : { p: value.toString() };
  return value instanceof Instant ? { t: value.us.toString() } : value;
}

const number = (v) => (typeof v === "boolean" ? Decimal.of(v ? 1 : 0) : v);
const isNumber = (v) => number(v) instanceof Decimal;
const isDate = (v) => v instanceof Day || v instanceof Instant;
const day = (v) => (v instanceof Instant ? v.date : v);
const not = (truth) => (truth === null ? null : !truthy(truth));

/** What Python's `if` makes of a value. */
function truthy(v) {
  if (v instanceof Decimal) return !v.isZero;
  return Array.isArray(v) ? v.length > 0 : Boolean(v);
}

/** What Python's `==` makes of two values, where no "cannot tell" is possible. */
function equal(a, b) {
  if (isNumber(a) && isNumber(b)) return number(a).compare(number(b)) === 0;
  if (a instanceof Day && b instanceof Day) return a.equals(b);
  if (a instanceof Instant && b instanceof Instant) return a.us === b.us;
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((v, i) => equal(v, b[i]));
  return a === b;
}

// --- operators that give unknown for an unknown ----------------------------------------------------------------------

function less(a, b) {
  if (a instanceof Instant && b instanceof Instant) return a.us < b.us;
  if (isDate(a) && isDate(b)) return before(day(a), day(b));
  if (isNumber(a) && isNumber(b)) return number(a).compare(number(b)) < 0;
  throw new LogicError(`${a} and ${b} have no order`);
}

function same_(a, b) {
  if (a instanceof Instant && b instanceof Instant) return a.us === b.us;
  if (isDate(a) && isDate(b)) return same(day(a), day(b));
  if ((typeof a === "string") !== (typeof b === "string")) throw new LogicError(`${a} and ${b} cannot be equal: one is text`);
  return equal(a, b);
}

function arithmetic(name) {
  return (a, b) => {
    if (!isNumber(a) || !isNumber(b)) throw new LogicError(`${name} takes numbers`);
    return number(a)[name](number(b));
  };
}

function divide(a, b) {
  if (!isNumber(a) || !isNumber(b)) throw new LogicError("div takes numbers");
  return number(b).isZero ? null : number(a).div(number(b));
}

function power(a, b) {
  if (number(a).isZero && number(b).compare(Decimal.of(0)) <= 0) throw new LogicError("a power of zero");
  const result = number(a).pow(number(b));
  if (result === undefined) throw new ServerOnly("pow");
  return result;
}

function holds(chosen, code) {
  if (Array.isArray(chosen)) return chosen.some((c) => equal(c, code));
  if (typeof chosen === "string") return chosen.includes(code);
  throw new LogicError("has takes a list");
}

function length(v) {
  if (Array.isArray(v)) return Decimal.of(v.length);
  if (typeof v === "string") return Decimal.of([...v].length);
  throw new LogicError("size takes a list");
}

function ageAtLeast(born, on, years) {
  const [lowest, highest] = completedYears(day(born), day(on)).map((n) => Decimal.of(n));
  if (lowest.compare(years) >= 0) return true;
  return highest.compare(years) < 0 ? false : null;
}

function days(a, b) {
  if (!isDate(a) || !isDate(b)) throw new LogicError("days takes dates");
  const n = daysBetween(day(a), day(b));
  return n === null ? null : Decimal.of(n);
}

const STRICT = {
  eq: same_,
  ne: (a, b) => not(same_(a, b)),
  lt: less,
  ge: (a, b) => not(less(a, b)),
  gt: (a, b) => less(b, a),
  le: (a, b) => not(less(b, a)),
  in: (a, codes) => codes.some((c) => equal(a, c)),
  has: holds,
  add: arithmetic("add"),
  sub: arithmetic("sub"),
  mul: arithmetic("mul"),
  div: divide,
  pow: power,
  abs: (a) => number(a).abs(),
  days,
  age_at_least: ageAtLeast,
  size: length,
};

// --- operators that look at the unknown ------------------------------------------------------------------------------

/** Values of the parts; a part only the server can tell is undefined, and decides nothing here. */
function told(args, scope) {
  return args.map((a) => {
    try {
      return evaluate(a, scope);
    } catch (problem) {
      if (problem instanceof ServerOnly) return undefined;
      throw problem;
    }
  });
}

function settled(truths, deciding, otherwise) {
  if (truths.includes(deciding)) return deciding;
  if (truths.includes(undefined)) throw new ServerOnly("a part of the rule");
  return truths.includes(null) ? null : otherwise;
}

function each(args, scope) {
  return scope.instances(args[0].source).map((inner) => evaluate(args[1], inner));
}

const known = (args, scope) => each(args, scope).filter((v) => v !== null);

function extreme(values, better) {
  return values.reduce((best, v) => (best === undefined || better(v, best) ? v : best), undefined) ?? null;
}

function anyOf(truths) {
  return truths.some((t) => equal(t, true)) ? true : truths.includes(null) ? null : false;
}

function everyOne(truths) {
  return truths.some((t) => equal(t, false)) ? false : truths.includes(null) ? null : true;
}

function present(v) {
  return v !== null && v !== "" && !(Array.isArray(v) && v.length === 0);
}

function choose([rule, then, otherwise], scope) {
  const truth = evaluate(rule, scope);
  return truth === null ? null : evaluate(truthy(truth) ? then : otherwise, scope);
}

function counted(truths) {
  return truths.includes(null) ? null : Decimal.of(truths.filter((t) => equal(t, true)).length);
}

const SPECIAL = {
  item: (args, scope) => scope.item(args[0]),
  code: (args, scope) => scope.code(args[0]),
  fact: (args, scope) => scope.fact(args[0]),
  const: (args) => args[0],
  truth: (args) => args[0],
  number: (args) => Decimal.read(args[0]),
  date: (args) => Day.read(args[0], true),
  list: (args, scope) => args.map((a) => evaluate(a, scope)),
  and: (args, scope) => settled(told(args, scope), false, true),
  or: (args, scope) => settled(told(args, scope), true, false),
  not: (args, scope) => not(evaluate(args[0], scope)),
  present: (args, scope) => present(evaluate(args[0], scope)),
  if: choose,
  known: (args, scope) => evaluate(args[0], scope) !== null,
  call: (args) => {
    throw new ServerOnly(args[0]);
  },
  any: (args, scope) => anyOf(each(args, scope)),
  every: (args, scope) => everyOne(each(args, scope)),
  count: (args, scope) => counted(each(args, scope)),
  collect: (args, scope) => each(args, scope),
  first: (args, scope) => known(args, scope)[0] ?? null,
  last: (args, scope) => known(args, scope).at(-1) ?? null,
  least: (args, scope) => extreme(known(args, scope), less),
  greatest: (args, scope) => extreme(known(args, scope), (a, b) => less(b, a)),
};

/** The value of an expression held as [operator, argument, ...]. */
export function evaluate(expr, scope) {
  const [op, ...args] = expr;
  if (op in SPECIAL) return SPECIAL[op](args, scope);
  if (!(op in STRICT)) throw new LogicError(`no operator ${op}`);
  const values = args.map((a) => evaluate(a, scope));
  return values.includes(null) ? null : STRICT[op](...values);
}
