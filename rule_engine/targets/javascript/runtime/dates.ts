// Dates (whole days since 1970-01-01), datetimes (milliseconds since then, UTC) and times (milliseconds of the day). The unit of date
// arithmetic is the day, of time arithmetic the millisecond. No argument is blank here.
import type { Decimal } from "decimal.js";
import { counted, dateText, dayOfCalendar, daysOfMonth, padded, partsOf } from "./calendar";
import { FormulaError } from "./failures";
import { divide, multiply, number } from "./numbers";
import { dayIn, fromWallClock } from "./zones";

const DAY_MS = 86_400_000;
const DAY_SECONDS = number("86400");
const DAY_MILLISECONDS = number("86400000");
const FIRST_DAY = -719_162;
const LAST_DAY = 2_932_896;
const MOST_DAYS = 4_000_000;
const DATE_TEXT = /^(\d{4})-(\d{1,2})-(\d{1,2})/;
const DATETIME_TEXT = /^(\d{4})-(\d{1,2})-(\d{1,2}) (\d{1,2}):(\d{1,2}):(\d{1,2})/;
const TIME_TEXT = /^(\d{1,2}):(\d{1,2}):(\d{1,2})\.(\d{1,3})$/;

function outOfRange(): FormulaError {
  return new FormulaError("out_of_range", "There is no such date in the years 1 to 9999.");
}

function knownDay(day: number): number {
  if (!(day >= FIRST_DAY && day <= LAST_DAY)) throw outOfRange();
  return day;
}

function knownMoment(moment: number): number {
  knownDay(Math.floor(moment / DAY_MS));
  return moment;
}

/** The number is truncated to whole days. */
export function addDays(day: number, days: Decimal): number {
  if (days.abs().gt(MOST_DAYS)) throw outOfRange();
  return knownDay(day + days.trunc().toNumber());
}

export function daysAfter(days: Decimal, day: number): number {
  return addDays(day, days);
}

export function subtractDays(day: number, days: Decimal): number {
  return addDays(day, days.negated());
}

/** Rounded half up to whole seconds. */
export function addTimeSpan(moment: number, days: Decimal): number {
  if (days.abs().gt(MOST_DAYS)) throw outOfRange();
  return knownMoment(moment + multiply(days, DAY_SECONDS).round().toNumber() * 1000);
}

export function timeSpanAfter(days: Decimal, moment: number): number {
  return addTimeSpan(moment, days);
}

export function subtractTimeSpan(moment: number, days: Decimal): number {
  return addTimeSpan(moment, days.negated());
}

export function daysBetween(later: number, earlier: number): Decimal {
  return counted(later - earlier);
}

/** In days. */
export function timeSpanBetween(later: number, earlier: number): Decimal {
  return divide(counted(later - earlier), DAY_MILLISECONDS);
}

function roundTheClock(milliseconds: number): number {
  return ((milliseconds % DAY_MS) + DAY_MS) % DAY_MS;
}

/** Goes round the clock. */
export function addMilliseconds(time: number, milliseconds: Decimal): number {
  return roundTheClock(time + milliseconds.trunc().modulo(DAY_MILLISECONDS).toNumber());
}

export function subtractMilliseconds(time: number, milliseconds: Decimal): number {
  return addMilliseconds(time, milliseconds.negated());
}

/** Never negative: goes round the clock. */
export function millisecondsBetween(later: number, earlier: number): Decimal {
  return counted(roundTheClock(later - earlier));
}

export function makeDate(year: Decimal, month: Decimal, day: Decimal): number {
  const result = dayOfCalendar(year.trunc().toNumber(), month.trunc().toNumber(), day.trunc().toNumber());
  if (result === null) throw outOfRange();
  return result;
}

/** Clamped to the target month; the last day of a month stays the last day. */
export function addMonths(day: number, months: Decimal): number {
  if (months.abs().gt(120_000)) throw outOfRange();
  const [year, month, dayOfMonth] = partsOf(day);
  const index = year * 12 + month - 1 + months.trunc().toNumber();
  const target = [Math.floor(index / 12), (((index % 12) + 12) % 12) + 1] as const;
  const last = daysOfMonth(...target);
  const wasLast = dayOfMonth === daysOfMonth(year, month);
  const result = dayOfCalendar(...target, wasLast ? last : Math.min(dayOfMonth, last));
  if (result === null) throw outOfRange();
  return result;
}

/** As addMonths; keeps the time of day. */
export function addMonthsToMoment(moment: number, months: Decimal): number {
  const day = Math.floor(moment / DAY_MS);
  return addMonths(day, months) * DAY_MS + (moment - day * DAY_MS);
}

function invalid(text: string, what: string, pattern: string): FormulaError {
  return new FormulaError("invalid_date_or_time_text", `"${text.slice(0, 40)}" is not a ${what}; write ${pattern}.`);
}

/** `YYYY-M-D`; what follows is ignored. */
export function parseDate(text: string): number {
  const match = DATE_TEXT.exec(text);
  const day = match && dayOfCalendar(Number(match[1]), Number(match[2]), Number(match[3]));
  if (day === null) throw invalid(text, "date", "YYYY-MM-DD");
  return day;
}

/** `YYYY-M-D H:M:S` in UTC; what follows is ignored. */
export function parseDatetime(text: string): number {
  const match = DATETIME_TEXT.exec(text);
  const day = match && dayOfCalendar(Number(match[1]), Number(match[2]), Number(match[3]));
  const time = match && timeOfClock(Number(match[4]), Number(match[5]), Number(match[6]), 0);
  if (day === null || time === null) throw invalid(text, "datetime", "YYYY-MM-DD HH:MM:SS");
  return day * DAY_MS + time;
}

/** `HH:MM:SS.mmm`, the whole text; the last part is a whole number of milliseconds. */
export function parseTime(text: string): number {
  const match = TIME_TEXT.exec(text);
  const time = match && timeOfClock(Number(match[1]), Number(match[2]), Number(match[3]), Number(match[4]));
  if (time === null) throw invalid(text, "time", "HH:MM:SS.mmm");
  return time;
}

function timeOfClock(hour: number, minute: number, second: number, millisecond: number): number | null {
  if (hour > 23 || minute > 59 || second > 59) return null;
  return ((hour * 60 + minute) * 60 + second) * 1000 + millisecond;
}

/** 0:00 UTC of the day. */
export function midnight(day: number): number {
  return day * DAY_MS;
}

/** 0:00 of the day in the user's time zone. */
export function midnightIn(day: number, zone: string): number {
  return knownMoment(fromWallClock(day * DAY_MS, zone));
}

/** The day in the user's time zone. */
export function dayOf(moment: number, zone: string): number {
  return knownDay(dayIn(moment, zone));
}

/** The time of day in UTC. */
export function timeOf(moment: number): number {
  return roundTheClock(moment);
}

export function hour(time: number): Decimal {
  return counted(Math.floor(time / 3_600_000));
}

export function minute(time: number): Decimal {
  return counted(Math.floor(time / 60_000) % 60);
}

export function second(time: number): Decimal {
  return counted(Math.floor(time / 1000) % 60);
}

export function millisecond(time: number): Decimal {
  return counted(time % 1000);
}

export function unixTimestamp(moment: number): Decimal {
  return counted(Math.floor(moment / 1000));
}

export function unixTimestampOfDate(day: number): Decimal {
  return counted(day * 86_400);
}

export function secondsOfDay(time: number): Decimal {
  return counted(Math.floor(time / 1000));
}

export function fromUnixTimestamp(seconds: Decimal): number {
  return knownMoment(seconds.trunc().toNumber() * 1000);
}

export function datetimeText(moment: number): string {
  return `${dateText(Math.floor(moment / DAY_MS))} ${timeText(timeOf(moment)).slice(0, 8)}Z`;
}

export function timeText(time: number): string {
  const seconds = Math.floor(time / 1000);
  const clock = `${padded(Math.floor(seconds / 3600))}:${padded(Math.floor(seconds / 60) % 60)}:${padded(seconds % 60)}`;
  return `${clock}.${padded(time % 1000, 3)}`;
}

/** Takes the blank second argument that stands for FALSE. */
export function durationOfSeconds(seconds: Decimal, withDays: boolean | null = false): string {
  return duration(seconds.abs().trunc(), withDays === true);
}

export function durationOfTimes(first: number, second: number): string {
  return duration(counted(Math.floor(Math.abs(first - second) / 1000)), false);
}

export function durationOfDatetimes(first: number, second: number): string {
  return duration(counted(Math.floor(Math.abs(first - second) / 1000)), true);
}

function duration(seconds: Decimal, withDays: boolean): string {
  const rest = seconds.modulo(3600).toNumber();
  const hours = seconds.minus(rest).dividedToIntegerBy(3600);
  const tail = `${padded(Math.floor(rest / 60))}:${padded(rest % 60)}`;
  if (!withDays) return `${hours.toFixed().padStart(2, "0")}:${tail}`;
  const hour = hours.modulo(24);
  return `${hours.minus(hour).dividedToIntegerBy(24).toFixed()}:${padded(hour.toNumber())}:${tail}`;
}
