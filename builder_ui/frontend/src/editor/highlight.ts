// Inks a formula or rules as they are typed: comments, texts, numbers, functions, words of the language, globals.
import { RangeSetBuilder, StateField, type Text } from "@codemirror/state";
import { Decoration, type DecorationSet, EditorView } from "@codemirror/view";

const FORMULA_WORDS = "TRUE|FALSE|NULL|in|between|and|or|not";
const RULE_WORDS =
  "rule|assignment|validation|approval|test|on|description|priority|inactive|runs|as|when|created|updated|saved|deleted|restored|changes|from|to" +
  "|every|cron|before|after|anniversary|event|matching|called|with|if|then|else|end|first|match|otherwise|assign|queue|user|role|team" +
  "|previous|round|robin|least|loaded|weighted|sticky|by|within|capacity|during|business|hours|skipping|absent|set|create|update|delete" +
  "|where|notify|send|via|template|post|webhook|submit|for|call|fail|stop|each|do|limit|step|quorum|all|delegation|allowed|remind|skip" +
  "|approve|reject|recall|given|expect|notified|calendar|days?|weeks?|months?|years?|minutes?";

/** `comment`: how one is written, besides between slash and star; `gap`: what may stand between a function and its bracket. */
function tokens(words: string, comment: string, gap: string): RegExp {
  return new RegExp(
    [
      String.raw`(?<comment>/\*[\s\S]*?(?:\*/|$)${comment})`,
      String.raw`(?<text>"(?:[^"\\\n]|\\.)*"?|'(?:[^'\\\n]|\\.)*'?)`,
      String.raw`(?<number>(?<![\w.])\d[\d.:]*)`,
      String.raw`(?<global>\$[A-Za-z_]\w*)`,
      String.raw`(?<word>(?<![\w.$])(?:${words})\b(?!\s*\.))`,
      String.raw`(?<call>[A-Za-z_]\w*(?=${gap}\())`,
      String.raw`(?<name>[A-Za-z_]\w*)`,
    ].join("|"),
    "gi",
  );
}

/** Words of formulas that are functions too, in capitals before a bracket. */
const CALLS = /^(?:AND|OR|NOT|IN)$/;
const MARKS = new Map(
  ["comment", "text", "number", "global", "call", "word"].map((kind) => [kind, Decoration.mark({ class: `tok-${kind}` })]),
);

function ink(doc: Text, pattern: RegExp): DecorationSet {
  const builder = new RangeSetBuilder<Decoration>();
  const text = doc.toString();
  for (const match of text.matchAll(pattern)) {
    let kind = Object.entries(match.groups ?? {}).find(([, value]) => value !== undefined)?.[0] ?? "";
    if (kind === "word" && CALLS.test(match[0]) && /^\s*\(/.test(text.slice(match.index + match[0].length, match.index + 40))) kind = "call";
    const mark = MARKS.get(kind);
    if (mark) builder.add(match.index, match.index + match[0].length, mark);
  }
  return builder.finish();
}

function highlighting(pattern: RegExp) {
  return StateField.define<DecorationSet>({
    create: (state) => ink(state.doc, pattern),
    update: (marks, change) => (change.docChanged ? ink(change.newDoc, pattern) : marks),
    provide: (field) => EditorView.decorations.from(field),
  });
}

export const formulaInk = highlighting(tokens(FORMULA_WORDS, "", String.raw`\s*`));
export const ruleInk = highlighting(tokens(`${RULE_WORDS}|${FORMULA_WORDS}`, "|--[^\\n]*", ""));
