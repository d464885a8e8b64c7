// Text functions. Blank text is null, never ""; positions and lengths count UTF-16 units, as in Salesforce.
import type { Decimal } from "decimal.js";
import { FormulaError } from "./failures";
import { number, ONE } from "./numbers";

export const MAX_TEXT_LENGTH = 131_072;
const HALF_CHARACTERS = /[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g;
const WORD_CHARACTER = /[\p{L}\p{Nd}]/u;

/** How many characters, of which those past U+FFFF have two units. */
function characters(text: string): number {
  if (text.length <= MAX_TEXT_LENGTH) return text.length;
  let count = 0;
  for (const _ of text) count++;
  return count;
}

function tooLong(): FormulaError {
  return new FormulaError("out_of_range", `A text has more than ${MAX_TEXT_LENGTH} characters.`);
}

/** A number as a position or a count. */
function whole(value: Decimal): number {
  return value.trunc().toNumber();
}

/** Takes blanks, which count as empty; nothing but blanks gives blank. */
export function concatenate(...parts: (string | null)[]): string | null {
  const text = parts.join("");
  if (characters(text) > MAX_TEXT_LENGTH) throw tooLong();
  return text || null;
}

/** Takes a blank, whose length is 0. */
export function length(text: string | null): Decimal {
  return number(String(text === null ? 0 : text.length));
}

/** Half a character cut off at an edge is left out. */
function slice(text: string, start: number, end: number): string | null {
  return text.slice(start, end).replace(HALF_CHARACTERS, "") || null;
}

export function left(text: string, count: Decimal): string | null {
  return count.gte(ONE) ? slice(text, 0, whole(count)) : null;
}

export function right(text: string, count: Decimal): string | null {
  return count.gte(ONE) ? slice(text, Math.max(0, text.length - whole(count)), text.length) : null;
}

/** 1-based; a start below 1 counts as 1. */
export function middle(text: string, start: Decimal, count: Decimal): string | null {
  return middleFrom(text, Math.max(1, whole(start)), count);
}

function middleFrom(text: string, first: number, count: Decimal): string | null {
  return count.gte(ONE) ? slice(text, first - 1, first - 1 + whole(count)) : null;
}

/** A negative start counts from the end; beyond the length it gives blank. */
export function substring(text: string, start: Decimal, count?: Decimal): string | null {
  let first = whole(start);
  if (first < 0) {
    first = text.length + first + 1;
    if (first < 1) return null;
  }
  first = Math.max(1, first);
  return count === undefined ? slice(text, first - 1, text.length) : middleFrom(text, first, count);
}

/** Takes blanks. The position from 1, 0 when absent or when either text is blank. */
export function find(searched: string | null, text: string | null, start: Decimal | null = null): Decimal {
  if (searched === null || text === null) return number("0");
  const first = start === null ? 1 : Math.max(1, whole(start));
  return number(String(text.indexOf(searched, first - 1) + 1));
}

/** Takes blanks. */
export function begins(text: string | null, prefix: string | null): boolean | null {
  return prefix === null ? true : text === null ? null : text.startsWith(prefix);
}

/** Takes blanks. */
export function contains(text: string | null, part: string | null): boolean | null {
  return part === null ? true : text === null ? null : text.includes(part);
}

/** Takes blanks. Measured first: two long texts could make one that fills the memory. */
export function substitute(text: string | null, old: string | null, replacement: string | null): string | null {
  if (text === null || old === null) return null;
  const parts = text.split(old);
  const filling = replacement ?? "";
  if (characters(text) + (parts.length - 1) * (characters(filling) - characters(old)) > MAX_TEXT_LENGTH) throw tooLong();
  return parts.join(filling) || null;
}

/** Only blanks (U+0020), at both ends. */
export function trim(text: string): string | null {
  let start = 0;
  let end = text.length;
  while (start < end && text[start] === " ") start++;
  while (end > start && text[end - 1] === " ") end--;
  return text.slice(start, end) || null;
}

/** Takes blanks. */
export function upper(text: string | null, locale: string | null = null): string | null {
  if (text === null) return null;
  return (isTurkish(locale) ? text.replaceAll("i", "İ") : text).toUpperCase();
}

/** Takes blanks. */
export function lower(text: string | null, locale: string | null = null): string | null {
  if (text === null) return null;
  return (isTurkish(locale) ? text.replaceAll("İ", "i").replaceAll("I", "ı") : text).toLowerCase();
}

function isTurkish(locale: string | null): boolean {
  return locale !== null && /^(?:tr|az)(?:[-_]|$)/i.test(locale);
}

/** A letter after a character that is neither letter nor digit is upper case, every other letter lower case. */
export function capitalizeWords(text: string): string {
  let result = "";
  let isInsideWord = false;
  for (const character of text) {
    result += isInsideWord ? character.toLowerCase() : character.toUpperCase();
    isInsideWord = WORD_CHARACTER.test(character);
  }
  return result;
}

/** Takes blanks; a blank padding only cuts. */
export function padLeft(text: string | null, size: Decimal | null, padding: string | null = " "): string | null {
  return pad(text, size, padding, (body, filling) => filling + body);
}

/** Takes blanks; a blank padding only cuts. */
export function padRight(text: string | null, size: Decimal | null, padding: string | null = " "): string | null {
  return pad(text, size, padding, (body, filling) => body + filling);
}

function pad(
  text: string | null,
  size: Decimal | null,
  padding: string | null,
  join: (body: string, filling: string) => string,
): string | null {
  if (text === null || size === null) return null;
  const wanted = whole(size);
  if (wanted <= 0) return null;
  if (wanted > MAX_TEXT_LENGTH) {
    throw new FormulaError("out_of_range", `A text is padded to at most ${MAX_TEXT_LENGTH} characters.`);
  }
  const missing = wanted - text.length;
  if (missing <= 0) return slice(text, 0, wanted);
  if (!padding) return text;
  return join(text, slice(padding.repeat(Math.floor(missing / padding.length) + 1), 0, missing) ?? "");
}

export function reverse(text: string): string {
  return [...text].reverse().join("");
}

export function codePoint(text: string): Decimal {
  return number(String(text.codePointAt(0) ?? 0));
}

export function character(code: Decimal): string | null {
  const point = whole(code);
  if (point <= 0) return null;
  if (point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff)) {
    throw new FormulaError("out_of_range", `There is no character ${code.trunc().toFixed()}.`);
  }
  return String.fromCodePoint(point);
}

export function lineBreak(): string {
  return "\n";
}

/** By code point: a character past U+FFFF, whose units are small, is larger than every other. */
export function compareTexts(left: string, right: string): number {
  const end = Math.min(left.length, right.length);
  for (let at = 0; at < end; at++) {
    const first = left.charCodeAt(at);
    const second = right.charCodeAt(at);
    if (first !== second) return rank(first) - rank(second);
  }
  return left.length - right.length;
}

function rank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}
