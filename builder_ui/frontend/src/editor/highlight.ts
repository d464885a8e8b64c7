// Inks a formula as it is typed: comments, texts, numbers, functions, words of the language, globals.
import { RangeSetBuilder, StateField, type Text } from "@codemirror/state";
import { Decoration, type DecorationSet, EditorView } from "@codemirror/view";

const TOKEN = new RegExp(
  [
    String.raw`(?<comment>/\*[\s\S]*?(?:\*/|$))`,
    String.raw`(?<text>"(?:[^"\\]|\\[\s\S])*"?|'(?:[^'\\]|\\[\s\S])*'?)`,
    String.raw`(?<number>(?<![\w.])\d[\d.]*)`,
    String.raw`(?<global>\$[A-Za-z_]\w*)`,
    String.raw`(?<call>[A-Za-z_]\w*(?=\s*\())`,
    String.raw`(?<word>(?<![\w.$])(?:TRUE|FALSE|NULL|in|between|and|or|not)\b)`,
    String.raw`(?<name>[A-Za-z_]\w*)`,
  ].join("|"),
  "gi",
);
const WORDS_BEFORE_BRACKETS = /^(?:in|between|and|or)$/;
const MARKS = new Map(
  ["comment", "text", "number", "global", "call", "word"].map((kind) => [kind, Decoration.mark({ class: `tok-${kind}` })]),
);

function ink(doc: Text): DecorationSet {
  const builder = new RangeSetBuilder<Decoration>();
  for (const match of doc.toString().matchAll(TOKEN)) {
    let kind = Object.entries(match.groups ?? {}).find(([, value]) => value !== undefined)?.[0] ?? "";
    if (kind === "call" && WORDS_BEFORE_BRACKETS.test(match[0])) kind = "word";
    const mark = MARKS.get(kind);
    if (mark) builder.add(match.index, match.index + match[0].length, mark);
  }
  return builder.finish();
}

export const highlighting = StateField.define<DecorationSet>({
  create: (state) => ink(state.doc),
  update: (marks, change) => (change.docChanged ? ink(change.newDoc) : marks),
  provide: (field) => EditorView.decorations.from(field),
});
