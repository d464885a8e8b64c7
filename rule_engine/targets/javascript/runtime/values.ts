// Values to and from the texts in which they travel: what a form, a test or an API hands over.
import { Decimal } from "decimal.js";
import { dateText } from "./calendar";
import type { Value } from "./choices";
import { datetimeText, parseDate, parseDatetime, parseTime, timeText } from "./dates";
import { number, numberText } from "./numbers";

/** The kinds of values, named as in rule_engine. */
export type Kind = "number" | "text" | "boolean" | "date" | "datetime" | "time" | "picklist" | "multi_picklist" | "id" | "geolocation" | "null";

/** 2026-02-28 */
export function date(text: string): number {
  return parseDate(text);
}

/** 2026-02-28T10:20:30.456Z, or without thousandths. */
export function datetime(text: string): number {
  const milliseconds = /\.(\d{1,3})/.exec(text)?.[1]?.padEnd(3, "0") ?? "0";
  return parseDatetime(text.replace("T", " ")) + Number(milliseconds);
}

/** 10:20:30.456 */
export function time(text: string): number {
  return parseTime(text);
}

/** A value of a kind from JSON: numbers and dates as text, lists as arrays, null or "" for blank. */
export function fromJson(kind: Kind, value: unknown): Value {
  if (value === null || value === undefined || value === "") return null;
  if (kind === "multi_picklist") return value as string[];
  if (kind === "geolocation") return (value as string[]).map(number);
  return typeof value === "string" ? fromText(kind, value) : (value as Value);
}

function fromText(kind: Kind, text: string): Value {
  if (kind === "number") return number(text);
  if (kind === "date") return date(text);
  if (kind === "datetime") return datetime(text);
  return kind === "time" ? time(text) : text;
}

/** The reverse of fromJson. */
export function toJson(kind: Kind, value: Value): unknown {
  if (value instanceof Decimal) return numberText(value);
  if (Array.isArray(value)) return kind === "geolocation" ? (value as Decimal[]).map(numberText) : value;
  if (typeof value !== "number") return value;
  if (kind === "date") return dateText(value);
  if (kind === "time") return timeText(value);
  const milliseconds = String(((value % 1000) + 1000) % 1000).padStart(3, "0");
  return datetimeText(value).replace(" ", "T").replace("Z", `.${milliseconds}Z`);
}
