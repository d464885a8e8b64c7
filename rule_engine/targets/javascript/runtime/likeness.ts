// LIKE: `%` any text, `_` one character, `\` takes the next character literally; `.` is one character and `|` parts alternatives, as in
// Salesforce. Of every `%` only the last is tried again, so the time is bounded by the text's length times the pattern's.
import { FormulaError } from "./failures";

const MAX_PATTERN_LENGTH = 2_000;
const ESCAPED = /[()[\]{}?*+\-|^$\\.&~# \t\n\r\v\f]/;
const ANY = Symbol("any text");
const ONE = Symbol("one character");

type Part = string | typeof ANY | typeof ONE;

/** Takes blanks, which are empty. */
export function like(text: string | null, pattern: string | null): boolean {
  const characters = [...(text ?? "")];
  return alternatives(pattern ?? "").some((parts) => isLike(characters, parts));
}

/** As long as it would be written as a regular expression, which is what other targets measure. */
function alternatives(pattern: string): Part[][] {
  const result: Part[][] = [[]];
  let size = "(?s)".length;
  const tokens = pattern.match(/\\[^]|[^]/gu) ?? [];
  for (const token of tokens) {
    const parts = result[result.length - 1]!;
    if (token === "|") result.push([]);
    else parts.push(token === "%" ? ANY : token === "_" || token === "." ? ONE : literal(token));
    size += token === "%" ? 2 : token === "_" || token === "." || token === "|" ? 1 : ESCAPED.test(literal(token)) ? 2 : 1;
  }
  if (size > MAX_PATTERN_LENGTH) {
    throw new FormulaError("invalid_regex", `The pattern has more than ${MAX_PATTERN_LENGTH} characters.`);
  }
  return result;
}

function literal(token: string): string {
  return token.length > 1 && token.startsWith("\\") ? token.slice(1) : token;
}

function isLike(characters: readonly string[], parts: readonly Part[]): boolean {
  let at = 0;
  let part = 0;
  let retryPart = -1;
  let retryAt = 0;
  while (at < characters.length) {
    const wanted = parts[part];
    if (wanted === ANY) {
      retryPart = part++;
      retryAt = at;
    } else if (wanted === ONE || (wanted !== undefined && wanted === characters[at])) {
      part++;
      at++;
    } else if (retryPart >= 0) {
      part = retryPart + 1;
      at = ++retryAt;
    } else return false;
  }
  while (parts[part] === ANY) part++;
  return part === parts.length;
}
