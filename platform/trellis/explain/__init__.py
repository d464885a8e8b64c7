"""Why a record is as it is: what rules decided about it, and what became of its tracked fields, for people."""
