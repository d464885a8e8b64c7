// The calendar: a date (whole days since 1970-01-01) and its year, month, day and week. No argument is blank here.
import type { Decimal } from "decimal.js";
import { number } from "./numbers";

const DAY_MS = 86_400_000;
const FIRST_YEAR_BEGINS = -719_162;

export function counted(value: number): Decimal {
  return number(String(value));
}

export function padded(value: number, size = 2): string {
  return String(value).padStart(size, "0");
}

/** Year, month (from 1) and day of the month. */
export function partsOf(day: number): [number, number, number] {
  const date = new Date(day * DAY_MS);
  return [date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate()];
}

/** The day of a calendar date, null when there is none. */
export function dayOfCalendar(year: number, month: number, day: number): number | null {
  if (!(year >= 1 && year <= 9999 && month >= 1 && month <= 12 && day >= 1 && day <= 31)) return null;
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  return date.getUTCDate() === day ? date.getTime() / DAY_MS : null;
}

export function daysOfMonth(year: number, month: number): number {
  return new Date(Date.UTC(2000 + (year % 400), month, 0)).getUTCDate();
}

export function year(day: number): Decimal {
  return counted(partsOf(day)[0]);
}

export function month(day: number): Decimal {
  return counted(partsOf(day)[1]);
}

export function dayOfMonth(day: number): Decimal {
  return counted(partsOf(day)[2]);
}

function newYear(ofYear: number): number {
  return dayOfCalendar(ofYear, 1, 1) ?? FIRST_YEAR_BEGINS - 366;
}

export function dayOfYear(day: number): Decimal {
  return counted(day - newYear(partsOf(day)[0]) + 1);
}

/** 0 = Sunday. */
function dayOfWeek(day: number): number {
  return (((day + 4) % 7) + 7) % 7;
}

/** 1 = Sunday. */
export function weekday(day: number): Decimal {
  return counted(dayOfWeek(day) + 1);
}

/** A week belongs to the year of its Thursday. */
function thursday(day: number): number {
  return day + 3 - ((dayOfWeek(day) + 6) % 7);
}

export function isoWeek(day: number): Decimal {
  const middle = thursday(day);
  return counted(Math.floor((middle - newYear(new Date(middle * DAY_MS).getUTCFullYear())) / 7) + 1);
}

export function isoYear(day: number): Decimal {
  return counted(new Date(thursday(day) * DAY_MS).getUTCFullYear());
}

export function isoWeekOfMoment(moment: number): Decimal {
  return isoWeek(Math.floor(moment / DAY_MS));
}

export function isoYearOfMoment(moment: number): Decimal {
  return isoYear(Math.floor(moment / DAY_MS));
}

export function dateText(day: number): string {
  const [year, month, dayOfMonth] = partsOf(day);
  return `${padded(year, 4)}-${padded(month)}-${padded(dayOfMonth)}`;
}
