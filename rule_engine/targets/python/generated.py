"""Statements into a Python function, without a text in between."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from types import CodeType, FunctionType
from typing import Any


def function_of(parameters: Sequence[str], statements: list[ast.stmt], namespace: dict[str, Any]) -> FunctionType:
    """A function with these parameters and this body; `namespace`: everything global that it names."""
    arguments = ast.arguments(
        posonlyargs=[], args=[ast.arg(arg=name) for name in parameters], kwonlyargs=[], kw_defaults=[], defaults=[]
    )
    definition = ast.FunctionDef(name="formula", args=arguments, body=statements, decorator_list=[])
    module = ast.fix_missing_locations(ast.Module(body=[definition], type_ignores=[]))
    code = compile(module, "<formula>", "exec")
    inner = next(constant for constant in code.co_consts if isinstance(constant, CodeType))
    return FunctionType(inner, namespace)
