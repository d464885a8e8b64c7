"""What a template may contain, decided on its syntax tree before it ever runs, and what it shows of the record."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches
from typing import Any

from jinja2 import nodes

from trellis.automation.errors import TemplateRefused

NAMES = ("record", "recipient", "link")
BOUNDED = "_bounded"
ALLOWED_NODES = (
    *(
        nodes.Template,
        nodes.Output,
        nodes.TemplateData,
        nodes.Const,
        nodes.Name,
        nodes.Getattr,
        nodes.Getitem,
        nodes.If,
        nodes.For,
    ),
    *(
        nodes.Compare,
        nodes.Operand,
        nodes.And,
        nodes.Or,
        nodes.Not,
        nodes.CondExpr,
        nodes.Filter,
        nodes.Test,
        nodes.Concat,
    ),
    *(nodes.Add, nodes.Sub, nodes.Mul, nodes.Div, nodes.FloorDiv, nodes.Mod, nodes.Neg, nodes.Pos),
    *(nodes.List, nodes.Tuple, nodes.Keyword),
)


def refuse_what_is_not_allowed(node: nodes.Node, names: frozenset[str], *, inside_loop: bool) -> None:
    if not isinstance(node, ALLOWED_NODES):
        raise TemplateRefused(
            f"line {node.lineno}: {type(node).__name__.lower()} is not allowed in a template",
            hint="A template may show values, use filters, if and one level of for.",
        )
    if isinstance(node, nodes.Name) and node.ctx == "load" and node.name not in names:
        near = get_close_matches(node.name, names, 1)
        raise TemplateRefused(
            f"line {node.lineno}: there is no {node.name!r}; a template knows {', '.join(sorted(names))}",
            hint=f"Did you mean {near[0]!r}?" if near else None,
        )
    if isinstance(node, nodes.Filter) and (node.name == BOUNDED or node.node is None):
        raise TemplateRefused(f"line {node.lineno}: there is no filter {node.name!r}")
    if isinstance(node, nodes.Getattr) and node.attr.startswith("_"):
        raise TemplateRefused(f"line {node.lineno}: names that begin with an underscore are private: {node.attr!r}")
    if isinstance(node, nodes.For):
        if inside_loop or node.recursive:
            raise TemplateRefused(f"line {node.lineno}: a for inside a for is not allowed in a template")
        targets = {name.name for name in node.target.find_all(nodes.Name)} | (
            {node.target.name} if isinstance(node.target, nodes.Name) else set()
        )
        names, inside_loop = names | targets | {"loop"}, True
    for child in node.iter_child_nodes():
        refuse_what_is_not_allowed(child, names, inside_loop=inside_loop)


def record_paths(tree: nodes.Template) -> Iterator[str]:
    """Each chain whole: record.account.name asks for no more than that."""
    chains: list[nodes.Getattr | nodes.Getitem] = [*tree.find_all(nodes.Getattr), *tree.find_all(nodes.Getitem)]
    inner = {id(node.node) for node in chains}
    for node in chains:
        if id(node) in inner:
            continue
        steps: list[str] = []
        current: nodes.Node = node
        while isinstance(current, (nodes.Getattr, nodes.Getitem)):
            step = current.attr if isinstance(current, nodes.Getattr) else _constant(current.arg)
            if not isinstance(step, str):
                break
            steps.append(step)
            current = current.node
        if isinstance(current, nodes.Name) and current.name == "record" and steps:
            yield ".".join(reversed(steps)).lower()


def _constant(node: nodes.Node) -> Any:
    return node.value if isinstance(node, nodes.Const) else None
