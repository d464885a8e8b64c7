// Texts for other formats: HTML, JavaScript, JSON, links and pictures. All values are escaped here. A file of its own: it is loaded only
// where a formula makes such texts.
import type { Decimal } from "decimal.js";
import { FormulaError, lifted, number, numberText } from "./core";
import { ENTITIES } from "./entities";

const BLANKS = "[\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]";
const OUTER_BLANKS = new RegExp(`^${BLANKS}+|(?<!${BLANKS})${BLANKS}+$`, "g");
const SAFE_ADDRESS = /^(?:https?:|mailto:|tel:|\/(?!\/)|[^:/?#]*(?:[/?#]|$))/i;
const JAVASCRIPT: Readonly<Record<string, string>> = {
  "\\": "\\\\", "'": "\\'", '"': '\\"', "/": "\\/", "*": "\\*", "\n": "\\n", "\r": "\\r", "\t": "\\t",
  "<": "\\u003C", ">": "\\u003E", "\u2028": "\\u2028", "\u2029": "\\u2029",
};
const HTML = new Map([["'", "&#39;"], ["\u2028", "<br>"], ["\u2029", "<p>"]]);
const ESCAPED: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#x27;" };
const STEP = /\.([A-Za-z_][\p{L}\p{N}_-]*)|\[(\p{Nd}{1,6})\]|\[(["'])(.*?)\3\]/uy;
const JSON_TOKEN = /"((?:[^"\\]|\\.)*)"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

function encodeHtml(text: string): string {
  let result = "";
  for (const character of text) {
    const name = ENTITIES.get(character);
    result += HTML.get(character) ?? (name ? `&${name};` : character);
  }
  return result;
}

function encodeJavascript(text: string): string {
  return text.replace(/[\\'"/*\n\r\t<>\u2028\u2029]/g, (character) => JAVASCRIPT[character] ?? character);
}

function encodeUrl(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
}

function escaped(text: string | null): string {
  return (text ?? "").replace(/[&<>"']/g, (sign) => ESCAPED[sign] ?? sign);
}

/** Nothing but web, mail and telephone addresses and paths of this site. */
function address(text: string | null): string {
  const trimmed = (text ?? "").replace(OUTER_BLANKS, "");
  return SAFE_ADDRESS.test(trimmed) ? escaped(trimmed) : "#";
}

/** Takes blanks. */
export function image(source: string | null, description: string | null, height: Decimal | null = null, width: Decimal | null = null): string {
  const size = (name: string, value: Decimal | null) => (value === null ? "" : ` ${name}="${value.trunc().toFixed()}"`);
  return `<img src="${address(source)}" alt="${escaped(description)}"${size("height", height)}${size("width", width)}>`;
}

/** Takes blanks. */
export function hyperlink(target: string | null, label: string | null, window: string | null = null): string {
  const opened = window ? ` target="${escaped(window)}" rel="noopener"` : "";
  return `<a href="${address(target)}"${opened}>${escaped(label)}</a>`;
}

// JSON. Strings and keys are marked with "s", numbers become strings marked with "n", so that they keep their digits and keys their order.

type Marked = string | boolean | null | Marked[] | { [key: string]: Marked };

function load(text: string): Marked {
  try {
    JSON.parse(text);
    return JSON.parse(text.replace(JSON_TOKEN, (token, inside?: string) => (inside === undefined ? `"n${token}"` : `"s${inside}"`))) as Marked;
  } catch {
    throw new FormulaError("invalid_json", "The text is not JSON.");
  }
}

function member(document: Marked, key: string): Marked {
  const isObject = document !== null && typeof document === "object" && !Array.isArray(document);
  return isObject && Object.hasOwn(document, `s${key}`) ? (document[`s${key}`] ?? null) : null;
}

/** The value under one key of a JSON object. */
function valueUnderKey(text: string, key: string): string | null {
  return shown(member(load(text), key));
}

/** Paths of names and positions: `$.a.b[0]`. */
function valueAtPath(text: string, path: string): string | null {
  const steps = stepsOf(path);
  return shown(steps.reduce((current, step) => (typeof step === "string" ? member(current, step) : item(current, step)), load(text)));
}

function item(document: Marked, position: number): Marked {
  return Array.isArray(document) ? (document[position] ?? null) : null;
}

function stepsOf(path: string): (string | number)[] {
  const steps: (string | number)[] = [];
  let at = 1;
  while (path.startsWith("$") && at < path.length) {
    STEP.lastIndex = at;
    const match = STEP.exec(path);
    if (!match) break;
    steps.push(match[2] === undefined ? (match[1] ?? match[4] ?? "") : Number(match[2]));
    at = STEP.lastIndex;
  }
  if (!path.startsWith("$") || at < path.length) {
    throw new FormulaError("invalid_json_path", `"${path.slice(0, 40)}" is not a path such as $.a.b[0].`);
  }
  return steps;
}

function shown(value: Marked): string | null {
  if (value === null || value === "s") return null;
  if (typeof value === "boolean") return String(value);
  if (typeof value === "string") return value.startsWith("n") ? numberText(number(value.slice(1))) : value.slice(1);
  return written(value);
}

/** JSON text with a blank after each comma and colon; numbers as strings. */
function written(value: Marked): string {
  if (Array.isArray(value)) return `[${value.map(written).join(", ")}]`;
  if (value !== null && typeof value === "object") {
    return `{${Object.entries(value).map(([key, one]) => `${JSON.stringify(key.slice(1))}: ${written(one)}`).join(", ")}}`;
  }
  return JSON.stringify(typeof value === "string" ? value.slice(1) : value);
}

export const htmlEncode = lifted(encodeHtml);
export const javascriptEncode = lifted(encodeJavascript);
export const urlEncode = lifted(encodeUrl);
export const jsonValue = lifted(valueUnderKey);
export const jsonPathValue = lifted(valueAtPath);
