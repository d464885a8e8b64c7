// Completion: what the server offers at the caret. Typing on filters the same offers; a dot, a $ or a bracket asks again.
import {
  autocompletion,
  type Completion as Option,
  type CompletionContext,
  type CompletionResult,
} from "@codemirror/autocomplete";
import type { EditorView } from "@codemirror/view";
import type { Completion, Offer } from "./service";

const WORD = /^[\w$]*$/;

export type AskForOffers = (formula: string, position: number) => Promise<Completion | undefined>;

function documentation(offer: Offer): (() => Node) | undefined {
  if (!offer.info) return undefined;
  return () => {
    const info = document.createElement("p");
    info.className = "doc-text";
    info.textContent = offer.info;
    return info;
  };
}

/** A "|" in what is inserted is where the caret goes. */
function insert(view: EditorView, text: string, from: number, to: number): void {
  const caret = text.indexOf("|");
  const plain = caret < 0 ? text : text.slice(0, caret) + text.slice(caret + 1);
  view.dispatch({
    changes: { from, to, insert: plain },
    selection: { anchor: from + (caret < 0 ? plain.length : caret) },
    userEvent: "input.complete",
  });
}

function option(offer: Offer): Option {
  const info = documentation(offer);
  return {
    label: offer.label,
    type: offer.kind,
    detail: offer.detail,
    ...(info ? { info } : {}),
    apply: (view, _, from, to) => insert(view, offer.insert, from, to),
  };
}

export function offers(ask: AskForOffers) {
  const source = async (context: CompletionContext): Promise<CompletionResult | null> => {
    const before = context.matchBefore(/[\w$.]+/);
    if (!context.explicit && !before) return null;
    const found = await ask(context.state.doc.toString(), context.pos);
    if (!found || context.aborted || !found.offers.length) return null;
    return { from: found.from, to: found.to, options: found.offers.map(option), validFor: WORD };
  };
  return autocompletion({ override: [source], icons: false, activateOnTypingDelay: 60, interactionDelay: 0 });
}
