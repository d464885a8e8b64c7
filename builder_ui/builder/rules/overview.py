"""All rules of the tenant, or those about one object: what stands in force with the draft over it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from starlette.responses import Response

from builder_ui.builder.frame import RULES, render_builder
from builder_ui.builder.rules.files import BuiltFile, Head, heads_of, rule_files
from builder_ui.builder.rules.model import RuleList, RuleRow
from builder_ui.builder.rules.words import KIND_ICONS, kind_label
from builder_ui.builder.workspace import Workspace, load_workspace
from builder_ui.labels import Labels
from builder_ui.lists.model import Tab
from builder_ui.objects import ObjectLink, object_link
from builder_ui.visit import Visit
from metamodel import Model
from rule_engine.targets.outline import summary
from trellis.formulas.words import language_of
from trellis.rules.check import Statement, kind_of, statements_of
from trellis.rules.naming import ModelNamings

MAX_ROWS = 200
_Known = Mapping[tuple[str, str, str], Statement]


async def rule_list(visit: Visit) -> Response:
    """`?object=`: only those about that object."""
    workspace = await load_workspace(visit)
    heads = [(file, head) for file in rule_files(workspace) for head in heads_of(file.source) or (None,)]
    asked = visit.asked("object")
    thing = workspace.model.find_object(asked)
    shown = [(file, head) for file, head in heads if thing is None or (head is not None and head.object == asked)]
    labels = Labels(workspace.model, visit.words)
    page = RuleList(
        title=visit.words.say("Rules on %(object)s", object=labels.object(thing))
        if thing
        else visit.words.say("Rules"),
        rows=tuple(_rows(visit, workspace, labels, shown[:MAX_ROWS])),
        tabs=tuple(_tabs(visit, labels, Counter(head.object for _, head in heads if head is not None), asked)),
        new_href="/builder/rules/new" + (f"?object={asked}" if thing else ""),
        left_out=_left_out(visit, len(shown)),
    )
    return await render_builder(visit, "rules.html", page, here=RULES)


def _rows(
    visit: Visit, workspace: Workspace, labels: Labels, shown: list[tuple[BuiltFile, Head | None]]
) -> Iterator[RuleRow]:
    after, before = _known(workspace.model), _known(workspace.live)
    for file, head in shown:
        package = workspace.live.packages.get(file.owner)
        owner = (package.label if package else file.owner) if file.owner else ""
        if head is None:
            yield _broken(visit, file, owner)
            continue
        statement = (before if file.state == "gone" else after).get(head.key)
        yield RuleRow(
            name=getattr(statement, "label", head.name),
            href=f"{file.href}{'&' if file.owner else '?'}line={head.line}",
            kind=kind_label(visit.words, head.kind),
            icon=KIND_ICONS[head.kind],
            sentence=_sentence(labels, statement),
            object=_object(visit, workspace.model, head.object),
            package=owner,
            state=file.state,
            is_active=getattr(statement, "is_active", True),
        )


def _broken(visit: Visit, file: BuiltFile, owner: str) -> RuleRow:
    return RuleRow(
        name=file.path,
        href=file.href,
        kind=visit.words.say("File"),
        icon="file-code",
        sentence="",
        object=None,
        package=owner,
        state=file.state,
        is_broken=bool(file.source.strip()),
    )


def _sentence(labels: Labels, statement: Statement | None) -> str:
    if statement is None:
        return ""
    return summary(statement, language_of(labels.words.language), ModelNamings(labels.model, labels))


def _known(model: Model) -> _Known:
    every = (one for checked in model.rules.values() for one in statements_of(checked))
    return {(kind_of(one), one.object, one.name): one for one in every}


def _object(visit: Visit, model: Model, name: str) -> ObjectLink | None:
    thing = model.find_object(name)
    return object_link(visit, thing) if thing else None


def _tabs(visit: Visit, labels: Labels, counts: Counter[str], asked: str) -> Iterator[Tab]:
    yield Tab(label=visit.words.say("All"), href="/builder/rules", is_here=not asked, count=str(sum(counts.values())))
    for name in sorted({*counts, *([asked] if asked in labels.model.objects else [])}):
        thing = labels.model.find_object(name)
        if thing is not None:
            href = f"/builder/rules?object={name}"
            yield Tab(label=labels.object(thing), href=href, is_here=name == asked, count=str(counts[name]))


def _left_out(visit: Visit, count: int) -> str:
    if count <= MAX_ROWS:
        return ""
    return visit.words.say("%(shown)s of %(all)s are shown. Choose an object to see fewer.", shown=MAX_ROWS, all=count)
