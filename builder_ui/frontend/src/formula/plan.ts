// What the server says of an object's formulas (the module and its plan) and of the person who types (what the page knows).
import type { Context, Row, Value } from "formula-core";

/** How a field stands in the form. `filled`: a new record that leaves it blank is given a value when it is saved. */
export interface Input {
  as: "text" | "area" | "phone" | "url" | "number" | "percent" | "checkbox" | "checks" | "lookup" | "place" | "date" | "datetime" | "time";
  scale?: number;
  precision?: number;
  filled?: boolean;
}

/** A formula field. `reads`: the fields of the form behind it. */
export interface Computed {
  reads: string[];
  returns: string;
  scale: number;
}

/** A validation, TRUE when something is wrong, that is said at `field`. */
export interface Validation {
  field: string;
  name: string;
  reads: string[];
}

export interface Plan {
  inputs: Record<string, Input>;
  computed: Record<string, Computed>;
  validations: Validation[];
}

export type Formula = (row: Row, context: Context) => Value;

export interface FormulaModule {
  formulas: Map<string, Formula>;
  plan: Plan;
}

/** `now`: milliseconds since 1970 when the page was made; `messages`: by position of the validation, null when a formula gives it. */
export interface Knows {
  now: number;
  timeZone: string;
  locale: string;
  user: Record<string, string | boolean | null>;
  isNew: boolean;
  messages: (string | null)[];
  symbols: Record<string, string>;
  yes: string;
  no: string;
}
