// LIKE: `%` any text, `_` one character, `\` takes the next character literally; `.` is one character and `|` parts alternatives, as in
// Salesforce. Of every `%` only the last is tried again, so the time is bounded by the text's length times the pattern's.
import { FormulaError } from "./failures";

const MAX_LIKE_LENGTH = 900;
const ANY = Symbol("any text");
const ONE = Symbol("one character");

type Part = string | typeof ANY | typeof ONE;

/** Takes blanks, which are empty. */
export function like(text: string | null, pattern: string | null): boolean {
  const characters = [...(text ?? "")];
  return alternatives(pattern ?? "").some((parts) => isLike(characters, parts));
}

/** The parts of each alternative. */
function alternatives(pattern: string): Part[][] {
  const result: Part[][] = [[]];
  if ([...pattern].length > MAX_LIKE_LENGTH) {
    throw new FormulaError("invalid_regex", `A pattern of LIKE has at most ${MAX_LIKE_LENGTH} characters.`);
  }
  const tokens = pattern.match(/\\[^]|[^]/gu) ?? [];
  for (const token of tokens) {
    const parts = result[result.length - 1]!;
    if (token === "|") result.push([]);
    else parts.push(token === "%" ? ANY : token === "_" || token === "." ? ONE : literal(token));
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
