/* Dates that may lack a day or a month, as forms/dates.py has them: a set of possible days, compared with "cannot tell" (null). */

const DAY = 86400000;
const lastDay = (y, m) => new Date(Date.UTC(y, m, 0)).getUTCDate();
const two = (n) => String(n).padStart(2, "0");

export class Day {
  /** `full` tells a calendar date from a partial date that happens to be complete. */
  constructor(y, m, d, full) {
    Object.assign(this, { y, m, d, full });
  }

  /** Read "2026", "2026-03", "2026-03-01", "2026-UN-UN"; undefined for what is no date. */
  static read(text, full) {
    const found = /^([0-9]{4})(?:-([0-9]{2}|UN))?(?:-([0-9]{2}|UN))?$/.exec(text);
    if (!found) return undefined;
    const [y, m, d] = found.slice(1).map((part) => (part === undefined || part === "UN" ? null : Number(part)));
    if (y < 1900 || y > 2199) return undefined;
    if (m === null) return d === null && !full ? new Day(y, null, null, false) : undefined;
    if (m < 1 || m > 12 || (d !== null && (d < 1 || d > lastDay(y, m)))) return undefined;
    return full && d === null ? undefined : new Day(y, m, d, full);
  }

  get earliest() {
    return Date.UTC(this.y, (this.m ?? 1) - 1, this.d ?? 1) / DAY;
  }

  get latest() {
    const m = this.m ?? 12;
    return Date.UTC(this.y, m - 1, this.d ?? lastDay(this.y, m)) / DAY;
  }

  equals(other) {
    return this.full === other.full && this.y === other.y && this.m === other.m && this.d === other.d;
  }

  toString() {
    return [this.y, ...[this.m, this.d].filter((part) => part !== null).map(two)].join("-");
  }
}

export class Instant {
  /** Microseconds since 1970, as the server stores them. */
  constructor(us) {
    this.us = us;
  }

  /** Read an ISO instant; without a zone it is UTC. Undefined for what is none. */
  static read(text) {
    const found = /^([0-9]{4}-[0-9]{2}-[0-9]{2})[T ]([0-9]{2}:[0-9]{2})(?::([0-9]{2})(?:\.([0-9]{1,6}))?)?(Z|[+-][0-9]{2}:?[0-9]{2})?$/.exec(text);
    if (!found || !Day.read(found[1], true)) return undefined;
    const zone = (found[5] ?? "Z").replace(/^([+-][0-9]{2})([0-9]{2})$/, "$1:$2");
    const ms = Date.parse(`${found[1]}T${found[2]}:${found[3] ?? "00"}${zone}`);
    return Number.isNaN(ms) ? undefined : new Instant(BigInt(ms) * 1000n + BigInt((found[4] ?? "").padEnd(6, "0")));
  }

  get date() {
    const day = new Date(Number(this.us / 1000n));
    return new Day(day.getUTCFullYear(), day.getUTCMonth() + 1, day.getUTCDate(), true);
  }

  toString() {
    return `${new Date(Number(this.us / 1000n)).toISOString().slice(0, 16).replace("T", " ")} UTC`;
  }
}


export function before(a, b) {
  if (a.latest < b.earliest) return true;
  return a.earliest >= b.latest ? false : null;
}

export function same(a, b) {
  if (a.latest < b.earliest || b.latest < a.earliest) return false;
  return a.earliest === a.latest && b.earliest === b.latest ? true : null;
}


export function daysBetween(a, b) {
  return a.earliest !== a.latest || b.earliest !== b.latest ? null : b.earliest - a.earliest;
}

const parts = (n) => {
  const day = new Date(n * DAY);
  return [day.getUTCFullYear(), day.getUTCMonth() + 1, day.getUTCDate()];
};

/** Completed years between two day numbers; born on 29 February, the birthday of a common year is 1 March. */
function years(born, on) {
  const [[by, bm, bd], [y, m, d]] = [parts(born), parts(on)];
  return y - by - (m < bm || (m === bm && d < bd) ? 1 : 0);
}

export const completedYears = (born, on) => [years(born.latest, on.earliest), years(born.earliest, on.latest)];
