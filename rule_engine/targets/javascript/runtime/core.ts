// The runtime of generated formula modules: everything they may import but regular expressions (patterns.ts) and markup (markup.ts).
// Functions that do not take blanks themselves are lifted: they give blank where an argument is.
import * as calendar from "./calendar";
import { lifted } from "./choices";
import * as currencies from "./currencies";
import * as dates from "./dates";
import * as numbers from "./numbers";
import * as places from "./places";
import * as texts from "./texts";

export type { Context, Row, Value } from "./choices";
export type { Kind } from "./values";
export * from "./aggregates";
export {
  atLeast, atMost, before, caseOf, caseOfText, differ, equal, findValue, holds, isBlank, isTrue, less, lifted, more, not, oneOf, orElse,
  read, readFlag, readOrZero, recover, rows, same, unequal,
} from "./choices";
export { BeyondBudget, FormulaError } from "./failures";
export { like } from "./likeness";
export { formatCurrency, isNumber, number, Numeric, numberText, pi } from "./numbers";
export { point } from "./places";
export {
  begins, concatenate, contains, find, length, lineBreak, lower, padLeft, padRight, substitute, upper,
} from "./texts";
export { date, datetime, fromJson, time, toJson } from "./values";
export { fromWallClock } from "./zones";

/** A value that is there already: DATEVALUE of a date, NOW(). */
export function itself<Given>(value: Given): Given {
  return value;
}

export const add = lifted(numbers.add);
export const subtract = lifted(numbers.subtract);
export const multiply = lifted(numbers.multiply);
export const divide = lifted(numbers.divide);
export const power = lifted(numbers.power);
export const negate = lifted(numbers.negate);
export const remainder = lifted(numbers.remainder);
export const percent = lifted(numbers.percent);
export const absolute = lifted(numbers.absolute);
export const roundHalfUp = lifted(numbers.roundHalfUp);
export const truncate = lifted(numbers.truncate);
export const ceiling = lifted(numbers.ceiling);
export const floor = lifted(numbers.floor);
export const ceilingToInfinity = lifted(numbers.ceilingToInfinity);
export const floorToInfinity = lifted(numbers.floorToInfinity);
export const largest = lifted(numbers.largest);
export const smallest = lifted(numbers.smallest);
export const squareRoot = lifted(numbers.squareRoot);
export const naturalLogarithm = lifted(numbers.naturalLogarithm);
export const logarithm = lifted(numbers.logarithm);
export const exponential = lifted(numbers.exponential);
export const sine = lifted(numbers.sine);
export const cosine = lifted(numbers.cosine);
export const tangent = lifted(numbers.tangent);
export const arcSine = lifted(numbers.arcSine);
export const arcCosine = lifted(numbers.arcCosine);
export const arcTangent = lifted(numbers.arcTangent);
export const arcTangentOf = lifted(numbers.arcTangentOf);
export const parseNumber = lifted(numbers.parseNumber);
export const textOfNumber = lifted(numbers.numberText);

export const left = lifted(texts.left);
export const right = lifted(texts.right);
export const middle = lifted(texts.middle);
export const substring = lifted(texts.substring);
export const trim = lifted(texts.trim);
export const capitalizeWords = lifted(texts.capitalizeWords);
export const reverse = lifted(texts.reverse);
export const codePoint = lifted(texts.codePoint);
export const character = lifted(texts.character);

export const addDays = lifted(dates.addDays);
export const daysAfter = lifted(dates.daysAfter);
export const subtractDays = lifted(dates.subtractDays);
export const daysBetween = lifted(dates.daysBetween);
export const addTimeSpan = lifted(dates.addTimeSpan);
export const timeSpanAfter = lifted(dates.timeSpanAfter);
export const subtractTimeSpan = lifted(dates.subtractTimeSpan);
export const timeSpanBetween = lifted(dates.timeSpanBetween);
export const addMilliseconds = lifted(dates.addMilliseconds);
export const subtractMilliseconds = lifted(dates.subtractMilliseconds);
export const millisecondsBetween = lifted(dates.millisecondsBetween);
export const makeDate = lifted(dates.makeDate);
export const addMonths = lifted(dates.addMonths);
export const addMonthsToMoment = lifted(dates.addMonthsToMoment);
export const parseDate = lifted(dates.parseDate);
export const parseDatetime = lifted(dates.parseDatetime);
export const parseTime = lifted(dates.parseTime);
export const midnight = lifted(dates.midnight);
export const midnightIn = lifted(dates.midnightIn);
export const dayOf = lifted(dates.dayOf);
export const timeOf = lifted(dates.timeOf);
export const year = lifted(calendar.year);
export const month = lifted(calendar.month);
export const dayOfMonth = lifted(calendar.dayOfMonth);
export const dayOfYear = lifted(calendar.dayOfYear);
export const weekday = lifted(calendar.weekday);
export const isoWeek = lifted(calendar.isoWeek);
export const isoWeekOfMoment = lifted(calendar.isoWeekOfMoment);
export const isoYear = lifted(calendar.isoYear);
export const isoYearOfMoment = lifted(calendar.isoYearOfMoment);
export const hour = lifted(dates.hour);
export const minute = lifted(dates.minute);
export const second = lifted(dates.second);
export const millisecond = lifted(dates.millisecond);
export const unixTimestamp = lifted(dates.unixTimestamp);
export const unixTimestampOfDate = lifted(dates.unixTimestampOfDate);
export const secondsOfDay = lifted(dates.secondsOfDay);
export const fromUnixTimestamp = lifted(dates.fromUnixTimestamp);
export const textOfDate = lifted(calendar.dateText);
export const textOfDatetime = lifted(dates.datetimeText);
export const textOfTime = lifted(dates.timeText);
export const durationOfSeconds = lifted(dates.durationOfSeconds);
export const durationOfTimes = lifted(dates.durationOfTimes);
export const durationOfDatetimes = lifted(dates.durationOfDatetimes);

export const distance = lifted(places.distance);
export const currencyRate = lifted(currencies.currencyRate);
export const currencyRateOrOne = lifted(currencies.currencyRateOrOne);
