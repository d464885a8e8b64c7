"""What the built-in functions do, as pure Python over values; no argument is None unless a docstring says so."""
