"""The rule language: formulas and rules, checked against the names of a model and compiled to Python and SQL. No I/O."""

from rule_engine.checker import CheckedFormula, check_formula
from rule_engine.context import EvaluationContext
from rule_engine.errors import Diagnostic, FormulaError, RuleEngineError, SourceError, UnsupportedOnTarget
from rule_engine.functions import FUNCTIONS, FunctionInfo, describe_function
from rule_engine.parser import parse_formula
from rule_engine.targets.python import compile_python
from rule_engine.types import Kind, Reference, Scope, Type

__all__ = [
    "FUNCTIONS",
    "CheckedFormula",
    "Diagnostic",
    "EvaluationContext",
    "FormulaError",
    "FunctionInfo",
    "Kind",
    "Reference",
    "RuleEngineError",
    "Scope",
    "SourceError",
    "Type",
    "UnsupportedOnTarget",
    "check_formula",
    "compile_python",
    "describe_function",
    "parse_formula",
]
