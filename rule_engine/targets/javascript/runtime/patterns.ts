// Regular expressions in RE2's syntax, matched in linear time, so that no pattern can stall a page. A file of its own: it is loaded only
// where a formula calls REGEX.
import { RE2JS } from "re2js";
import { BeyondBudget, FormulaError } from "./core";

const MAX_PATTERN_LENGTH = 2_000;
const MAX_KEPT = 100;
/** Steps of the matcher: characters times the size of the pattern. Some 50 ns each. */
const MAX_STEPS = 20_000_000;

const kept = new Map<string, RE2JS>();

function compiled(pattern: string): RE2JS {
  const known = kept.get(pattern);
  if (known) return known;
  if (pattern.length > MAX_PATTERN_LENGTH) throw invalid(`it has more than ${MAX_PATTERN_LENGTH} characters`);
  let expression: RE2JS;
  try {
    expression = RE2JS.compile(pattern);
  } catch (error) {
    throw invalid(error instanceof Error ? error.message : String(error));
  }
  if (kept.size >= MAX_KEPT) kept.clear();
  kept.set(pattern, expression);
  return expression;
}

function invalid(reason: string): FormulaError {
  return new FormulaError("invalid_regex", `The regular expression cannot be used: ${reason}.`);
}

/** Takes blanks. The whole text must match; blank text is empty, a blank pattern matches only that. */
export function matches(text: string | null, pattern: string | null): boolean {
  const expression = compiled(pattern ?? "");
  const subject = text ?? "";
  if (subject.length * expression.programSize() > MAX_STEPS) {
    throw new BeyondBudget("A regular expression this large is not tried on a text this long.");
  }
  return expression.testExact(subject);
}
