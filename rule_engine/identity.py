"""Which nodes of a typed tree stand for the same value, wherever they stand in the source."""

from __future__ import annotations

from collections.abc import Hashable

from rule_engine import typed


def identity_of(node: typed.Typed) -> Hashable | None:
    """Equal for nodes that have the same value on every record; None where that is not known. Names that LET binds are
    the same only inside of one LET."""
    match node:
        case typed.Constant(value=value):
            return ("constant", node.type.kind, value)
        case typed.Read(reference=reference):
            return ("read", reference.path, node.blank_is_zero, node.is_prior, reference.type.percent)
        case typed.ContextRead(name=name):
            return ("context", name)
        case typed.Local(name=name):
            return ("local", name, node.type.kind, node.can_be_blank)
        case typed.Apply(form=form, arguments=arguments):
            parts = tuple(identity_of(argument) for argument in arguments)
            return None if None in parts else ("apply", form.key, parts)
    return None
