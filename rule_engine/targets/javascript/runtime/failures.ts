// How a formula fails: with an error that IFERROR sees, or because this target cannot bear the cost, which nothing recovers.

/** A formula that failed while it was evaluated. `kind` is a stable code, the same as in Python: division_by_zero and so on. */
export class FormulaError extends Error {
  constructor(
    readonly kind: string,
    message: string,
  ) {
    super(message);
    this.name = "FormulaError";
  }
}

/** Evaluating would take longer than a page may stand still; another target knows the value. */
export class BeyondBudget extends Error {
  constructor(message: string) {
    super(message);
    this.name = "BeyondBudget";
  }
}
