// Decimal arithmetic: 39 significant digits, half up; roots, logarithms and angles go through a double. No argument is blank here.
import { Decimal } from "decimal.js";
import { FormulaError } from "./failures";

const HALF_UP = Decimal.ROUND_HALF_UP;
const LEAST_EXPONENT = -999;
const MOST_DECIMALS = 39 - 1 - LEAST_EXPONENT;
const MAX_ROUNDING_DIGITS = 1_000;
const MAX_TEXT_LENGTH = 1_000;
const NUMBER_TEXT = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,9})?$/;

/** Numbers of a formula. */
export const Numeric = Decimal.clone({ defaults: true, precision: 39, rounding: HALF_UP, minE: -MOST_DECIMALS, maxE: 999 });
const Unbounded = Decimal.clone({ defaults: true, precision: 39, rounding: HALF_UP });
const Eighteen = Decimal.clone({ defaults: true, precision: 18, rounding: HALF_UP });

export const ZERO = new Numeric(0);
export const ONE = new Numeric(1);
const SMALLEST_POWER = new Numeric("1e-39");
const PI = new Numeric("3.14159265358979323846264338327950288420");

/** A number from its text, exact whatever its length. */
export function number(text: string): Decimal {
  return new Numeric(text);
}

/** The result of plain arithmetic, within the range of exponents. */
function settled(result: Decimal): Decimal {
  if (!result.isFinite()) throw new FormulaError("out_of_range", "The result is out of range.");
  return result.e < LEAST_EXPONENT ? result.toDecimalPlaces(MOST_DECIMALS, HALF_UP) : result;
}

/** No minus before zero, unless both sides had one. */
function sum(result: Decimal, left: Decimal, right: Decimal): Decimal {
  if (result.isZero() && result.isNegative() && !(left.isNegative() && right.isNegative())) return ZERO;
  return settled(result);
}

export function add(left: Decimal, right: Decimal): Decimal {
  return sum(left.plus(right), left, right);
}

export function subtract(left: Decimal, right: Decimal): Decimal {
  return sum(left.minus(right), left, right.negated());
}

export function multiply(left: Decimal, right: Decimal): Decimal {
  return settled(left.times(right));
}

export function divide(dividend: Decimal, divisor: Decimal): Decimal {
  if (divisor.isZero()) throw new FormulaError("division_by_zero", "A number was divided by zero.");
  return settled(dividend.dividedBy(divisor));
}

export function negate(value: Decimal): Decimal {
  return value.isZero() ? ZERO : rounded(value.negated());
}

/** Cut to 39 digits. */
function rounded(value: Decimal): Decimal {
  return settled(value.toSignificantDigits(39, HALF_UP));
}

/** The sign is the dividend's. */
export function remainder(dividend: Decimal, divisor: Decimal): Decimal {
  if (divisor.isZero()) throw new FormulaError("division_by_zero", "MOD by zero.");
  return rounded(dividend.modulo(divisor));
}

/** Whole exponents only; 18 digits; below 1e-39 it is 0. */
export function power(base: Decimal, exponent: Decimal): Decimal {
  if (!exponent.isInteger()) throw new FormulaError("out_of_range", "The exponent of ^ must be a whole number.");
  if (exponent.isZero()) return ONE;
  if (base.isZero()) {
    if (exponent.isNegative()) throw new FormulaError("division_by_zero", "Zero was raised to a negative power.");
    return ZERO;
  }
  const magnitude = Eighteen.mul(Eighteen.log10(base.abs()), exponent);
  if (magnitude.gt(64)) throw new FormulaError("out_of_range", "The result of ^ is too large.");
  if (magnitude.lt(-40)) return ZERO;
  const result = wholePower(base, exponent);
  return result.abs().gte(SMALLEST_POWER) ? result : ZERO;
}

/** By repeated squaring, with digits enough that 18 of them are right: as many steps as the exponent has bits. */
function wholePower(base: Decimal, exponent: Decimal): Decimal {
  const isOdd = !exponent.modulo(2).isZero();
  if (base.abs().eq(ONE)) return base.isNegative() && isOdd ? ONE.negated() : ONE;
  const Wide = Decimal.clone({ defaults: true, precision: 40 + exponent.e, rounding: HALF_UP });
  let result = new Wide(1);
  let factor = new Wide(base);
  for (let rest = BigInt(exponent.abs().toFixed()); rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = result.times(factor);
    if (rest > 1n) factor = factor.times(factor);
  }
  if (exponent.isNegative()) result = new Wide(1).dividedBy(result);
  return new Numeric(result.toSignificantDigits(18, HALF_UP));
}

/** 24, as stored and shown, is 0.24 in a formula. */
export function percent(displayed: Decimal): Decimal {
  return rounded(new Numeric(new Unbounded(displayed).times("0.01")));
}

export function absolute(value: Decimal): Decimal {
  return rounded(value.abs());
}

export function roundHalfUp(value: Decimal, digits: Decimal): Decimal {
  return roundedTo(value, digits, HALF_UP);
}

export function truncate(value: Decimal, digits: Decimal = ZERO): Decimal {
  return roundedTo(value, digits, Decimal.ROUND_DOWN);
}

/** All digits rounded away give 0: ROUND(50, -2) is 0, as in Salesforce. */
function roundedTo(value: Decimal, digits: Decimal, rounding: Decimal.Rounding): Decimal {
  const places = digits.trunc().toNumber();
  if (places > MAX_ROUNDING_DIGITS || places >= Math.max(0, value.decimalPlaces())) return value;
  if (places >= 0) return rounded(value.toDecimalPlaces(places, rounding));
  if (-places > value.e) return ZERO;
  return rounded(value.toSignificantDigits(value.e + 1 + places, rounding));
}

/** Rounding to 33 digits first hides the noise of 1/3*3. */
function toWhole(value: Decimal, rounding: Decimal.Rounding): Decimal {
  return value.toSignificantDigits(33, HALF_UP).toDecimalPlaces(0, rounding);
}

export function ceilingToInfinity(value: Decimal): Decimal {
  return toWhole(value, Decimal.ROUND_CEIL);
}

export function floorToInfinity(value: Decimal): Decimal {
  return toWhole(value, Decimal.ROUND_FLOOR);
}

/** Away from zero. */
export function ceiling(value: Decimal): Decimal {
  return toWhole(value, Decimal.ROUND_UP);
}

/** Toward zero. */
export function floor(value: Decimal): Decimal {
  return toWhole(value, Decimal.ROUND_DOWN);
}

export function largest(...values: Decimal[]): Decimal {
  return values.reduce((best, value) => (value.gt(best) ? value : best));
}

export function smallest(...values: Decimal[]): Decimal {
  return values.reduce((best, value) => (value.lt(best) ? value : best));
}

function throughDouble(compute: (...values: number[]) => number): (...values: Decimal[]) => Decimal {
  return (...values) => {
    const doubles = values.map((value) => Number(value.valueOf()) + 0); // which makes 0 of -0
    return fromDouble(doubles.every(Number.isFinite) ? compute(...doubles) : NaN);
  };
}

export function fromDouble(result: number): Decimal {
  if (!Number.isFinite(result)) throw new FormulaError("not_a_finite_number", "The function has no finite value here.");
  return new Numeric(result);
}

export const squareRoot = throughDouble(Math.sqrt);
export const naturalLogarithm = throughDouble(Math.log);
export const logarithm = throughDouble(Math.log10);
export const exponential = throughDouble(Math.exp);
export const sine = throughDouble(Math.sin);
export const cosine = throughDouble(Math.cos);
export const tangent = throughDouble(Math.tan);
export const arcSine = throughDouble(Math.asin);
export const arcCosine = throughDouble(Math.acos);
export const arcTangent = throughDouble(Math.atan);
export const arcTangentOf = throughDouble(Math.atan2);

export function pi(): Decimal {
  return PI;
}

/** Takes a blank, which is no number. */
export function isNumber(text: string | null): boolean {
  return text !== null && parsed(text) !== null;
}

export function parseNumber(text: string): Decimal {
  const value = parsed(text);
  if (value === null) throw new FormulaError("invalid_number_text", `"${text.slice(0, 40)}" is not a number.`);
  return value;
}

function parsed(text: string): Decimal | null {
  if (text.length > MAX_TEXT_LENGTH || !NUMBER_TEXT.test(text)) return null;
  const exact = new Unbounded(text);
  return exact.isZero() || Math.abs(exact.e) < 999 ? new Numeric(exact) : null;
}

/** Plain notation, no exponent, no trailing zeros, no minus before zero. */
export function numberText(value: Decimal): string {
  return value.isZero() ? "0" : value.toFixed();
}

/** `USD 1,234.50`; a blank code leaves a leading space; a blank amount is blank. */
export function formatCurrency(code: string | null, amount: Decimal | null): string | null {
  if (amount === null) return null;
  const places = CURRENCY_DECIMALS.get((code ?? "").toUpperCase()) ?? 2;
  const rounded = amount.toDecimalPlaces(places, HALF_UP);
  const [whole = "0", decimals] = rounded.abs().toFixed(places).split(".");
  const grouped = whole.replace(/\B(?=(?:\d{3})+$)/g, ",");
  return `${code ?? ""} ${rounded.isNegative() && !rounded.isZero() ? "-" : ""}${decimals ? `${grouped}.${decimals}` : grouped}`;
}

const WHOLE_CURRENCIES = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split(" ");
const FINE_CURRENCIES = "BHD IQD JOD KWD LYD OMR TND".split(" ");
const CURRENCY_DECIMALS = new Map([
  ...WHOLE_CURRENCIES.map((code) => [code, 0] as const),
  ...FINE_CURRENCIES.map((code) => [code, 3] as const),
]);
