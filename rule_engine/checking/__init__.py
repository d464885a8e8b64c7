"""Parts of the checker: what fits where, what is reported, what is computed beforehand."""
