"""The rule language: formulas and rules, checked against the names of a model and compiled to Python, SQL and JavaScript. No I/O."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from rule_engine.checker import CheckedFormula, check_formula
from rule_engine.context import EvaluationContext
from rule_engine.editor import (
    Completion,
    FormulaText,
    Hover,
    SignatureHelp,
    Token,
    TokenKind,
    complete,
    hover,
    rename_field,
    rename_in_formulas,
    signature_help,
    tokens,
)
from rule_engine.errors import Diagnostic, FormulaError, RuleEngineError, SourceError, UnsupportedOnTarget
from rule_engine.functions import FUNCTIONS, FunctionInfo, describe_function
from rule_engine.parser import parse_formula
from rule_engine.targets.explain import Explanation, explain
from rule_engine.targets.javascript import JavascriptModule, compile_javascript, compile_javascript_module
from rule_engine.targets.python import BatchFormula, compile_batch, compile_python
from rule_engine.targets.sentence import Labels, Language, sentence
from rule_engine.targets.sqlite_functions import register_sqlite_functions
from rule_engine.targets.text import format_formula
from rule_engine.types import Kind, Reference, Scope, Type

if TYPE_CHECKING:
    from rule_engine.targets.sql import compile_sql, find_unsupported, sql_context_values

__all__ = [
    "FUNCTIONS",
    "BatchFormula",
    "CheckedFormula",
    "Completion",
    "Diagnostic",
    "EvaluationContext",
    "Explanation",
    "FormulaError",
    "FormulaText",
    "FunctionInfo",
    "Hover",
    "JavascriptModule",
    "Kind",
    "Labels",
    "Language",
    "Reference",
    "RuleEngineError",
    "Scope",
    "SignatureHelp",
    "SourceError",
    "Token",
    "TokenKind",
    "Type",
    "UnsupportedOnTarget",
    "check_formula",
    "compile_batch",
    "compile_javascript",
    "compile_javascript_module",
    "compile_python",
    "compile_sql",
    "complete",
    "describe_function",
    "explain",
    "find_unsupported",
    "format_formula",
    "hover",
    "parse_formula",
    "register_sqlite_functions",
    "rename_field",
    "rename_in_formulas",
    "sentence",
    "signature_help",
    "sql_context_values",
    "tokens",
]

_FROM_SQL = frozenset({"compile_sql", "find_unsupported", "sql_context_values"})


def __getattr__(name: str) -> Any:
    """SQL is loaded when it is first asked for: SQLAlchemy takes as long to import as all the rest."""
    if name in _FROM_SQL:
        return getattr(import_module("rule_engine.targets.sql"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
