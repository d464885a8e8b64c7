// Reading of records, blanks, comparisons and choices: what typed nodes other than calls become. null is blank.
import { Decimal } from "decimal.js";
import { FormulaError } from "./failures";
import { ZERO } from "./numbers";
import { compareTexts } from "./texts";

/** A value in a formula; which of these a field holds is known when the formula is compiled. */
export type Value = Decimal | string | number | boolean | readonly string[] | readonly Decimal[] | null;
/** A record: paths joined with dots to values; a child list is an array of such. */
export type Row = { readonly [path: string]: Value | readonly Row[] };

/** What a formula may know besides the record. `now`: milliseconds since 1970; `today`: days; `prior`: the record before this change;
 *  `currencyRates`: what one unit of the corporate currency is in each currency. */
export interface Context {
  readonly now: number;
  readonly today: number;
  readonly timeZone: string;
  readonly user: Row;
  readonly prior: Row | null;
  readonly isNew: boolean;
  readonly isClone: boolean;
  readonly globals: Row;
  readonly currencyRates: { readonly [code: string]: Decimal };
  readonly findValue: ((object: string, field: string, keyField: string, key: Value) => Value) | null;
}

// Reading

function own(row: Row, path: string): Value {
  return Object.hasOwn(row, path) ? ((row[path] as Value | undefined) ?? null) : null;
}

export function read(row: Row, path: string): Value {
  return own(row, path);
}

/** A blank boolean field is false. */
export function readFlag(row: Row, path: string): boolean {
  return own(row, path) === true;
}

export function readOrZero(row: Row, path: string): Value {
  return own(row, path) ?? ZERO;
}

/** The record before the change; of a new record, the present one. */
export function before(row: Row, context: Context): Row {
  return context.prior ?? row;
}

export function rows(row: Row, path: string): readonly Row[] {
  return Object.hasOwn(row, path) ? ((row[path] as readonly Row[] | null | undefined) ?? []) : [];
}

export function findValue(context: Context, object: string, field: string, keyField: string, key: Value): Value {
  if (context.findValue === null) throw new FormulaError("cannot_look_up", "Records cannot be looked up here.");
  return context.findValue(object, field, keyField, key);
}

// Blanks

/** The function, giving blank where an argument is. All arguments have been evaluated, so no blank hides a failure. */
export function lifted<Arguments extends unknown[], Result>(
  compute: (...values: Arguments) => Result,
): (...values: { [Index in keyof Arguments]: Arguments[Index] | null }) => Result | null {
  return (...values) => {
    for (const value of values) if (value === null) return null;
    return compute(...(values as unknown as Arguments));
  };
}

export function isBlank(value: Value): boolean {
  return value === null;
}

export function orElse(value: Value, fallback: Value): Value {
  return value ?? fallback;
}

export function isTrue(value: Value): boolean {
  return value === true;
}

export function not(value: Value): boolean | null {
  return value === null ? null : value !== true;
}

/** The fallback when the first fails. */
export function recover(compute: () => Value, fallback: () => Value): Value {
  try {
    return compute();
  } catch (error) {
    if (error instanceof FormulaError) return fallback();
    throw error;
  }
}

// Comparisons

/** Whether two values of one type are the same; blank is the same as blank. */
export function same(left: Value, right: Value): boolean {
  if (left === right) return true;
  if (left instanceof Decimal) return right instanceof Decimal && left.eq(right);
  return Array.isArray(left) && Array.isArray(right) && left.length === right.length && left.every((one, at) => same(one, right[at]));
}

export function differ(left: Value, right: Value): boolean {
  return !same(left, right);
}

export const equal = lifted(same);
export const unequal = lifted(differ);

function compare(left: Value, right: Value): number {
  if (left instanceof Decimal) return left.comparedTo(right as Decimal);
  if (typeof left === "string") return compareTexts(left, right as string);
  return (left as number) - (right as number);
}

export const less = lifted((left: Value, right: Value) => compare(left, right) < 0);
export const atMost = lifted((left: Value, right: Value) => compare(left, right) <= 0);
export const more = lifted((left: Value, right: Value) => compare(left, right) > 0);
export const atLeast = lifted((left: Value, right: Value) => compare(left, right) >= 0);

/** A blank subject equals none. */
export function oneOf(subject: Value, values: readonly Value[]): boolean {
  return subject !== null && values.some((value) => same(subject, value));
}

/** Whether a multi-picklist holds one of the values. */
export function holds(selected: Value, wanted: readonly Value[]): boolean {
  return Array.isArray(selected) && wanted.some((value) => value !== null && selected.includes(value));
}

// Choices

/** The result of the first value that is the subject; `pairs`: value, result, value, result. Blank text is a value like others. */
export function caseOfText(subject: Value, pairs: readonly Value[], otherwise: Value): Value {
  for (let at = 0; at + 1 < pairs.length; at += 2) if (same(subject, pairs[at] ?? null)) return pairs[at + 1] ?? null;
  return otherwise;
}

/** As caseOfText, but a blank subject is no value. */
export function caseOf(subject: Value, pairs: readonly Value[], otherwise: Value): Value {
  return subject === null ? otherwise : caseOfText(subject, pairs, otherwise);
}
