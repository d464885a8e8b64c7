// The editor itself: CodeMirror in a shadow root, whose style sheets a content security policy without 'unsafe-inline' allows. Tab
// moves on, as in any form; Ctrl+Space or typing opens the offers.
import { acceptCompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { bracketMatching } from "@codemirror/language";
import { EditorState, Prec } from "@codemirror/state";
import { EditorView, highlightActiveLine, hoverTooltip, keymap, lineNumbers, placeholder } from "@codemirror/view";
import { showFindings, squiggles } from "./findings";
import { formulaInk, ruleInk } from "./highlight";
import { offers } from "./offers";
import type { Finding, Service } from "./service";
import { theme } from "./theme";

export interface Editing {
  /** What the service is told besides the text. */
  settings: () => Record<string, string>;
  changed: (formula: string) => void;
  moved: (position: number) => void;
  /** Rules are read by the line, and have no help where the pointer stands. */
  isRules: boolean;
  isReadOnly: boolean;
}

function docs(service: Service, editing: Editing) {
  return hoverTooltip(async (view, position) => {
    const found = await service.ask<{ from: number; to: number; html: string } | null>("hover", {
      ...editing.settings(),
      formula: view.state.doc.toString(),
      position,
    });
    if (!found?.html) return null;
    return {
      pos: found.from,
      end: found.to,
      above: true,
      create: () => {
        const dom = document.createElement("div");
        dom.innerHTML = found.html;
        return { dom };
      },
    };
  });
}

/** Keys that one types with are the editor's own: the page's shortcuts must not hear them. */
function keepKeys(host: HTMLElement): void {
  host.addEventListener("keydown", (event) => {
    const isCommand = event.ctrlKey || event.metaKey || event.altKey;
    const isLeaving = event.key === "Escape" || event.key === "Tab";
    if (event.defaultPrevented || !(isCommand || isLeaving)) event.stopPropagation();
  });
}

/** What is typed over a selection is put in here: the browser would wrap it in the style of what it replaces, as an inline style,
 *  which the content security policy refuses. */
const typedOver = EditorView.domEventHandlers({
  beforeinput(event, view) {
    const { from, to, empty } = view.state.selection.main;
    const text = event.data;
    if (event.inputType !== "insertText" || empty || view.composing || text === null) return false;
    event.preventDefault();
    const insert = () => view.state.update({ ...view.state.replaceSelection(text), userEvent: "input.type", scrollIntoView: true });
    const isHandled = view.state.facet(EditorView.inputHandler).some((handler) => handler(view, from, to, text, insert));
    if (!isHandled) view.dispatch(insert());
    return true;
  },
});

export function openEditor(host: HTMLElement, area: HTMLTextAreaElement, label: string, service: Service, editing: Editing): EditorView {
  const root = host.attachShadow({ mode: "open" });
  const language = area.closest("[lang]")?.getAttribute("lang") ?? "en";
  const view = new EditorView({
    root,
    parent: root,
    state: EditorState.create({
      doc: area.value,
      selection: { anchor: area.selectionStart, head: area.selectionEnd }, // Who types already goes on where they are.
      extensions: [
        history(),
        bracketMatching(),
        closeBrackets(),
        editing.isRules ? [ruleInk, lineNumbers(), highlightActiveLine()] : [formulaInk, docs(service, editing)],
        EditorState.readOnly.of(editing.isReadOnly),
        squiggles,
        typedOver,
        offers((formula, position) => service.ask("complete", { ...editing.settings(), formula, position })),
        Prec.highest(keymap.of([{ key: "Tab", run: acceptCompletion }])),
        keymap.of([...closeBracketsKeymap, ...completionKeymap, ...historyKeymap, ...defaultKeymap.filter((one) => one.key !== "Mod-Enter")]),
        placeholder(area.placeholder),
        theme,
        EditorView.lineWrapping,
        EditorView.contentAttributes.of({
          "aria-label": label,
          "aria-required": String(area.getAttribute("aria-required") === "true"),
          lang: language,
          spellcheck: "false",
          autocapitalize: "none",
          tabindex: "0", // What scrolls can be reached by keyboard.
        }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) editing.changed(update.state.doc.toString());
          if (update.selectionSet || update.docChanged) editing.moved(update.state.selection.main.head);
        }),
      ],
    }),
  });
  keepKeys(host);
  return view;
}

export function squiggle(view: EditorView, findings: Finding[]): void {
  view.dispatch({ effects: showFindings.of(findings) });
}
