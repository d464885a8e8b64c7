// The value of a formula field -> text, as the record page shows it.
import { dayOf, type Numeric, type Value } from "formula-core";
import type { Computed, Knows } from "./plan";

type Decimal = InstanceType<typeof Numeric>;

export const BLANK = "–";
const DAY_MS = 86_400_000;

export function shownText(value: Value, name: string, field: Computed, knows: Knows): string {
  if (field.returns === "checkbox") return value === true ? knows.yes : knows.no;
  if (value === null) return BLANK;
  switch (field.returns) {
    case "number":
      return amount(value as Decimal, field.scale, knows.locale);
    case "percent":
      return `${amount(value as Decimal, field.scale, knows.locale)}%`;
    case "currency":
      return money(value as Decimal, field.scale, knows.symbols[name] ?? "", knows.locale);
    case "date":
      return dayText(value as number, knows.locale);
    case "datetime":
      return momentText(value as number, knows);
    case "time":
      return clock(value as number);
  }
  return String(value);
}

/** Rounded half up; the text, not a double, is what is written, so that no digit is lost. */
function amount(value: Decimal, scale: number, locale: string): string {
  const rounded = value.toDecimalPlaces(scale);
  const text = rounded.isZero() ? "0" : rounded.toFixed(scale);
  const format = new Intl.NumberFormat(locale, { minimumFractionDigits: scale, maximumFractionDigits: scale });
  return format.format(text as unknown as number);
}

function money(value: Decimal, scale: number, symbol: string, locale: string): string {
  const text = amount(value, scale, locale);
  return text.startsWith("-") ? `-${symbol}${text.slice(1)}` : symbol + text;
}

function dayText(day: number, locale: string): string {
  return new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeZone: "UTC" }).format(day * DAY_MS);
}

function clock(milliseconds: number): string {
  const minutes = Math.floor(milliseconds / 60_000);
  return `${String(Math.floor(minutes / 60)).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`;
}

function momentText(moment: number, knows: Knows): string {
  const parts = { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: knows.timeZone } as const;
  const time = new Intl.DateTimeFormat("en-GB", parts).format(moment);
  const separator = knows.locale.startsWith("zh") ? " " : ", ";
  return dayText(dayOf(moment, knows.timeZone) ?? 0, knows.locale) + separator + time;
}
