"""The syntax tree of rules: one frozen class for one grammar rule, each with its place in the source."""
