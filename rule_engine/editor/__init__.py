"""What an editor of formulas asks for: highlighting, completion, hover texts, signatures, renaming. Pure functions over
text that take any text, finished or not, and never raise."""

from rule_engine.editor.completion import Completion, complete
from rule_engine.editor.hover import Hover, hover
from rule_engine.editor.renaming import FormulaText, rename_field, rename_in_formulas
from rule_engine.editor.signatures import SignatureHelp, signature_help
from rule_engine.tokenizer import Token, TokenKind, tokens

__all__ = [
    "Completion",
    "FormulaText",
    "Hover",
    "SignatureHelp",
    "Token",
    "TokenKind",
    "complete",
    "hover",
    "rename_field",
    "rename_in_formulas",
    "signature_help",
    "tokens",
]
