/* Decimal numbers as Python's decimal module has them (28 digits, half to even), so that a check gives the same verdict here
   and on the server: 0.1 + 0.2 is 0.3. A number is coefficient * 10^exponent. */

const DIGITS = 28;

const ten = (n) => 10n ** BigInt(n);
const size = (c) => (c < 0n ? -c : c).toString().length;

/** Divide two integers, half to even. */
function quotient(a, b) {
  const negative = a < 0n !== b < 0n;
  const [n, d] = [a < 0n ? -a : a, b < 0n ? -b : b];
  let [q, r] = [n / d, n % d];
  if (2n * r > d || (2n * r === d && q % 2n === 1n)) q += 1n;
  return negative ? -q : q;
}

export class Decimal {
  constructor(coefficient, exponent) {
    this.c = coefficient;
    this.e = exponent;
  }

  /** Read "172.0", "-3", "1E+2"; undefined for anything else. */
  static read(text) {
    const found = /^([+-]?)([0-9]+)(?:\.([0-9]+))?(?:[eE]([+-]?[0-9]+))?$/.exec(String(text));
    if (!found) return undefined;
    const [, sign, whole, part = "", power = "0"] = found;
    const c = BigInt(whole + part);
    return new Decimal(sign === "-" ? -c : c, Number(power) - part.length);
  }

  static of(integer) {
    return new Decimal(BigInt(integer), 0);
  }

  rounded() {
    const excess = size(this.c) - DIGITS;
    if (excess <= 0) return this;
    return new Decimal(quotient(this.c, ten(excess)), this.e + excess).rounded();
  }

  compare(other) {
    const e = Math.min(this.e, other.e);
    const [a, b] = [this.at(e), other.at(e)];
    return a < b ? -1 : a > b ? 1 : 0;
  }

  /** The coefficient this number has at a smaller exponent. */
  at(e) {
    return this.c * ten(this.e - e);
  }

  add(other) {
    const e = Math.min(this.e, other.e);
    return new Decimal(this.at(e) + other.at(e), e).rounded();
  }

  sub(other) {
    return this.add(new Decimal(-other.c, other.e));
  }

  mul(other) {
    return new Decimal(this.c * other.c, this.e + other.e).rounded();
  }

  /** `other` must not be zero. Digits beyond the last kept one only decide the rounding. */
  div(other) {
    const shift = Math.max(0, DIGITS + 2 + size(other.c) - size(this.c));
    const top = this.c * ten(shift);
    let c = top / other.c;
    // A sticky digit: an inexact quotient must not look like a tie.
    if (c * other.c !== top) c = c * 10n + (top < 0n !== other.c < 0n ? -1n : 1n);
    else c *= 10n;
    return new Decimal(c, this.e - other.e - shift - 1).rounded();
  }

  /** Whole powers only; undefined for others. */
  pow(other) {
    const n = other.e >= 0 ? other.at(0) : other.c % ten(-other.e) === 0n ? other.c / ten(-other.e) : undefined;
    if (n === undefined || n > 64n || n < -64n) return undefined;
    const up = new Decimal(this.c ** (n < 0n ? -n : n), this.e * Number(n < 0n ? -n : n));
    return n < 0n ? Decimal.of(1).div(up) : up.rounded();
  }

  abs() {
    return new Decimal(this.c < 0n ? -this.c : this.c, this.e).rounded();
  }

  get isZero() {
    return this.c === 0n;
  }

  toString() {
    if (this.e >= 0) return this.at(0).toString();
    const digits = (this.c < 0n ? -this.c : this.c).toString().padStart(1 - this.e, "0");
    const cut = digits.length + this.e;
    return `${this.c < 0n ? "-" : ""}${digits.slice(0, cut)}.${digits.slice(cut)}`;
  }
}
