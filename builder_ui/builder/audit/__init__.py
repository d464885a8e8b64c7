"""The page of the audit: who did what, when and from where; whether it is still as it was written; and taking it along."""
