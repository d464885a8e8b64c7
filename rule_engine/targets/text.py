"""Syntax tree into canonical text: upper-case functions, spaces around operators, as few parentheses as are clear."""

from __future__ import annotations

from rule_engine import syntax
from rule_engine.comments import with_comments
from rule_engine.functions import FUNCTIONS
from rule_engine.parser import parse_formula

_LEVELS = {
    "||": 1,
    "&&": 2,
    "=": 3,
    "<>": 3,
    "<": 4,
    "<=": 4,
    ">": 4,
    ">=": 4,
    "in": 4,
    "between": 4,
    "+": 5,
    "-": 5,
    "&": 5,
    "*": 6,
    "/": 6,
    "^": 7,
}
_UNARY, _PRIMARY = 8, 9
_MEMBERSHIP = 3.5  # neither chains nor is compared with < without parentheses


def format_formula(formula: str | syntax.Expression) -> str:
    """The canonical text of a formula: it means the same, and formats to itself.

    Comments are kept when a text is given; they are not part of a tree. A sign in the base of a power gets
    parentheses, since it binds tighter than `^` here and many would expect otherwise.

    Raises: SourceError when a text is no formula.
    """
    if isinstance(formula, str):
        return with_comments(formula, _text(parse_formula(formula)))
    return _text(formula)


def _text(node: syntax.Expression) -> str:
    match node:
        case syntax.NumberLiteral(value=value):
            return format(value, "f")
        case syntax.TextLiteral(source=source):
            return _quoted(source)
        case syntax.BooleanLiteral(value=boolean):
            return "TRUE" if boolean else "FALSE"
        case syntax.NullLiteral():
            return "NULL"
        case syntax.Name(path=path, is_merged=is_merged):
            return f"{{!{'.'.join(path)}}}" if is_merged else ".".join(path)
        case syntax.ListLiteral(values=values):
            return f"({_list(values)})"
        case syntax.Call(name=name, arguments=arguments):
            written = name.upper() if name.upper() in FUNCTIONS else name
            return f"{written}({_list(arguments)})"
        case syntax.UnaryOperation(operator=operator, operand=operand):
            inner = _inside(operand, _UNARY)
            is_sign_of_sign = (
                isinstance(operand, syntax.UnaryOperation) and operator in "+-" and operand.operator in "+-"
            )
            return f"{operator} {inner}" if is_sign_of_sign else f"{operator}{inner}"
        case syntax.BinaryOperation():
            return _binary(node)
        case syntax.Chain(operator=operator, operands=operands):
            level = _LEVELS[operator]
            first, *rest = operands
            return f" {operator} ".join([_inside(first, level), *(_inside(part, level + 1) for part in rest)])
        case syntax.Membership(subject=subject, values=values):
            return f"{_inside(subject, 5)} in ({_list(values)})"
        case syntax.Between(subject=subject, low=low, high=high):
            return f"{_inside(subject, 5)} between {_inside(low, 5)} and {_inside(high, 5)}"
    raise AssertionError(node)


def _binary(node: syntax.BinaryOperation) -> str:
    level = _LEVELS[node.operator]
    if node.operator == "^" and isinstance(node.left, syntax.UnaryOperation):
        return f"({_text(node.left)}) ^ {_inside(node.right, _UNARY)}"
    return f"{_inside(node.left, level)} {node.operator} {_inside(node.right, level + 1)}"


def _list(nodes: tuple[syntax.Expression, ...]) -> str:
    return ", ".join(_text(node) for node in nodes)


def _inside(node: syntax.Expression, level: int) -> str:
    """The text of a part, in parentheses where it binds looser than `level`."""
    text = _text(node)
    return text if _level(node) >= level else f"({text})"


def _level(node: syntax.Expression) -> float:
    match node:
        case syntax.BinaryOperation(operator=operator) | syntax.Chain(operator=operator):
            return _LEVELS[operator]
        case syntax.Membership() | syntax.Between():
            return _MEMBERSHIP
        case syntax.UnaryOperation():
            return _UNARY
    return _PRIMARY


def _quoted(source: str) -> str:
    """In double quotes, unless that needs an escape which means something else."""
    if source[0] == '"' or '"' in source[1:-1] or "\\'" in source:
        return source
    return f'"{source[1:-1]}"'
