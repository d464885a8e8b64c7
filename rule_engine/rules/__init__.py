"""The rule language: when, if, then around formulas."""
