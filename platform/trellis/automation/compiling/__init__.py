"""Checked rules -> compiled rules. Pure; `rules.py` is the way in."""
