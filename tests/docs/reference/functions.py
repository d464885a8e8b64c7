"""docs/reference/functions.md and its Chinese twin: every built-in of the formula language, from its registry entry."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal

from rule_engine import FUNCTIONS, describe_function
from rule_engine.functions.calendar import calendar_functions
from rule_engine.functions.collections import collection_functions
from rule_engine.functions.entry import Form, Function
from rule_engine.functions.logic import logic_functions
from rule_engine.functions.lookups import lookup_functions
from rule_engine.functions.numeric import number_functions
from rule_engine.functions.textual import text_functions
from tests.docs.reference.function_notes import BLANKS, ERRORS, TYPES
from tests.docs.reference.function_targets import TARGETS, targets_of
from tests.docs.reference.function_words import INTRODUCTIONS, KINDS, WORDS
from tests.docs.reference.markdown import block, code, page

Language = Literal["en", "zh-Hans"]

GROUPS: Mapping[str, tuple[Function, ...]] = {
    "conditions": logic_functions(),
    "numbers": number_functions(),
    "texts": text_functions(),
    "dates": calendar_functions(),
    "collections": collection_functions(),
    "lookups": lookup_functions(),
}
PER_SAVE = ("ISNEW", "ISCLONE", "ISCHANGED", "PRIORVALUE")


def render(language: Language = "en") -> str:
    """The page in one language."""
    words = WORDS[language]
    parts = [
        part for group, functions in GROUPS.items() for part in (f"## {words[group]}", *_entries(functions, language))
    ]
    return page(words["title"], INTRODUCTIONS[language], parts)


def render_chinese() -> str:
    return render("zh-Hans")


def documented() -> tuple[str, ...]:
    """Every name that a formula can call."""
    return tuple(name for name, function in FUNCTIONS.items() if not function.is_internal)


def _entries(functions: Iterable[Function], language: Language) -> Iterable[str]:
    for function in functions:
        if not function.is_internal:
            yield _entry(FUNCTIONS[function.name], language)


def _entry(function: Function, language: Language) -> str:
    about, words = describe_function(function.name), WORDS[language]
    lines = [
        f"### {function.name}",
        block("text", about.signature),
        about.summary_en if language == "en" else about.summary_zh,
    ]
    if about.example is not None:
        formula, result = about.example
        lines.append(words["example"].format(code(formula), code(result)))
    facts = (
        (words["types"], code(types_of(function, language))),
        (words["blanks"], blanks_of(function, language)),
        (words["errors"], ", ".join(map(code, ERRORS.get(function.name, ()))) or words["none"]),
        (words["runs_on"], _runs_on(function, language)),
    )
    lines.append("\n".join(f"- {name}{words['colon']}{text}" for name, text in facts))
    return "\n\n".join(lines)


def types_of(function: Function, language: Language) -> str:
    """The kinds of its arguments and of its result; each way to call it."""
    ways = [TYPES[function.name]] if function.name in TYPES else [_form_types(form) for form in function.forms]
    if language == "en":
        return "; ".join(ways)
    translated = "; ".join(ways)
    for english, chinese in KINDS:
        translated = translated.replace(english, chinese)
    return translated


def blanks_of(function: Function, language: Language) -> str:
    """How it treats blanks."""
    if function.name in BLANKS:
        return BLANKS[function.name][0 if language == "en" else 1]
    has_arguments = any(form.required for form in function.forms)
    return WORDS[language]["blank_if_any" if has_arguments else "never_blank"]


def _form_types(form: Form) -> str:
    parameters = [str(kind) for kind in form.required]
    parameters += [f"{kind}?" for kind in form.optional]
    parameters += [f"{form.repeated}..."] if form.repeated is not None else []
    return f"{', '.join(parameters)} -> {form.result}".strip().replace("_", "-")


def _runs_on(function: Function, language: Language) -> str:
    words, targets = WORDS[language], targets_of(function)
    text = words["comma"].join(targets)
    if function.name in PER_SAVE:
        return text + words["per_save"]
    return text if len(targets) == len(TARGETS) else text + words["not_in_filters"]
