"""The master key of all tests: PostgreSQL keeps nothing sealed without one, and tests share servers."""

MASTER_KEY = "dGVzdHMtdGVzdHMtdGVzdHMtdGVzdHMtdGVzdHMtdGU"
