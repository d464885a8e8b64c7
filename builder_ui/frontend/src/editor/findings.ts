// Squiggles below what is wrong. They move with the text until the next check says otherwise.
import { StateEffect, StateField } from "@codemirror/state";
import { Decoration, type DecorationSet, EditorView } from "@codemirror/view";
import type { Finding } from "./service";

export const showFindings = StateEffect.define<Finding[]>();

const MARKS = {
  error: Decoration.mark({ class: "is-error" }),
  warning: Decoration.mark({ class: "is-warning" }),
};

/** A finding at the end of the text, or about nothing, is shown at the nearest character. */
function spanOf(finding: Finding, length: number): [number, number] {
  const to = Math.min(Math.max(finding.to, finding.from + 1), length);
  return [Math.max(0, Math.min(finding.from, to - 1)), to];
}

export const squiggles = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(marks, change) {
    let shown = marks.map(change.changes);
    for (const effect of change.effects) {
      if (!effect.is(showFindings)) continue;
      const length = change.newDoc.length;
      const ranges = effect.value.map((one) => ({ span: spanOf(one, length), mark: MARKS[one.severity] }));
      shown = Decoration.set(
        ranges.filter(({ span }) => span[1] > span[0]).map(({ span, mark }) => mark.range(...span)),
        true,
      );
    }
    return shown;
  },
  provide: (field) => EditorView.decorations.from(field),
});
