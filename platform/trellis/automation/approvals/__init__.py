"""Records that people decide on before they go on: submitting, the steps, decisions, reminders."""
