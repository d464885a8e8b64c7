"""Runs vectors of a Salesforce-style formula engine against the targets of rule_engine."""
