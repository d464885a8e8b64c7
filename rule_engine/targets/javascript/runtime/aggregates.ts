// Over the rows of a child list. Rows whose condition is not true are left out, and so are blank values.
import { Decimal } from "decimal.js";
import type { Row, Value } from "./choices";
import { less, more } from "./choices";
import { add, divide, number, ZERO } from "./numbers";

type OfRow = (row: Row) => Value;

function chosen(rows: readonly Row[], condition: OfRow | null): readonly Row[] {
  return condition === null ? rows : rows.filter((row) => condition(row) === true);
}

function values(rows: readonly Row[], value: OfRow, condition: OfRow | null): Value[] {
  return chosen(rows, condition)
    .map(value)
    .filter((one) => one !== null);
}

export function countRows(rows: readonly Row[], condition: OfRow | null = null): Decimal {
  return number(String(chosen(rows, condition).length));
}

/** Of nothing it is 0. */
export function sumRows(rows: readonly Row[], value: OfRow, condition: OfRow | null = null): Decimal {
  return (values(rows, value, condition) as Decimal[]).reduce(add, ZERO);
}

/** Of nothing it is blank, as are the others. */
export function averageRows(rows: readonly Row[], value: OfRow, condition: OfRow | null = null): Decimal | null {
  const found = values(rows, value, condition) as Decimal[];
  return found.length ? divide(found.reduce(add, ZERO), number(String(found.length))) : null;
}

export function smallestOfRows(rows: readonly Row[], value: OfRow, condition: OfRow | null = null): Value {
  return best(values(rows, value, condition), less);
}

export function largestOfRows(rows: readonly Row[], value: OfRow, condition: OfRow | null = null): Value {
  return best(values(rows, value, condition), more);
}

function best(found: Value[], isBetter: (one: Value, other: Value) => boolean | null): Value {
  const [first, ...others] = found;
  return others.reduce((kept, one) => (isBetter(one, kept) ? one : kept), first ?? null);
}
