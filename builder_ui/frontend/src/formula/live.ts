// Formula fields and validations while one types. A script of its own, which only forms that need it load. It says what it can compute;
// whether a record is right, the server decides.
import { dayOf, FormulaError, type Context, type Row, type Value } from "formula-core";
import { FieldErrors } from "./errors";
import { fieldOf, readInput } from "./inputs";
import type { FormulaModule, Knows } from "./plan";
import { BLANK, shownText } from "./shown";

class LiveForm {
  private readonly started = performance.now();
  private readonly errors: FieldErrors;
  /** Validations that one has come past: a field that they read was left. */
  private readonly passed = new Set<number>();

  constructor(
    private readonly form: HTMLFormElement,
    private readonly module: FormulaModule,
    private readonly knows: Knows,
    template: HTMLTemplateElement,
  ) {
    this.errors = new FieldErrors(form, template);
  }

  start(): void {
    const { computed, validations } = this.module.plan;
    for (const box of this.boxes()) box.hidden = !((box.dataset["liveField"] ?? "") in computed);
    for (const field of new Set(validations.map((one) => one.field))) this.takeOver(field);
    for (const event of ["input", "change"]) this.form.addEventListener(event, () => this.update());
    this.form.addEventListener("focusout", (event) => this.leave(fieldOf(event.target)));
    window.addEventListener("pageshow", () => this.update());
    this.update();
  }

  private boxes(): HTMLElement[] {
    return [...this.form.querySelectorAll<HTMLElement>("[data-live-field]")];
  }

  /** What the server refused is watched from the start. */
  private takeOver(field: string): void {
    const own = this.module.plan.validations.map((one, index) => ({ one, index })).filter(({ one }) => one.field === field);
    const messages = own.map(({ index }) => this.knows.messages[index] ?? "").filter((message) => message !== "");
    if (this.errors.takeOver(field, messages)) own.forEach(({ index }) => this.passed.add(index));
  }

  private leave(field: string | null): void {
    if (field === null) return;
    this.module.plan.validations.forEach((one, index) => one.reads.includes(field) && this.passed.add(index));
    this.update();
  }

  private update(): void {
    const unreadable = new Set<string>();
    const context = this.context();
    const row = this.row(unreadable, context);
    for (const box of this.boxes()) this.fill(box, row, unreadable);
    this.showErrors(row, unreadable, context);
  }

  private context(): Context {
    const now = this.knows.now + Math.round(performance.now() - this.started);
    return {
      now,
      today: dayOf(now, this.knows.timeZone) ?? 0,
      timeZone: this.knows.timeZone,
      user: this.knows.user,
      prior: null,
      isNew: this.knows.isNew,
      isClone: false,
      globals: {},
      currencyRates: {},
      findValue: null,
    };
  }

  /** What stands in the form, and formula fields, which are computed when another asks for them. */
  private row(unreadable: Set<string>, context: Context): Row {
    const row = Object.create(null) as Record<string, Value>;
    for (const [name, input] of Object.entries(this.module.plan.inputs)) {
      const value = readInput(this.form, name, input, this.knows.timeZone);
      const isUnknown = value === undefined || (value === null && input.filled === true && this.knows.isNew);
      if (isUnknown) unreadable.add(name);
      row[name] = value ?? null;
    }
    for (const name of Object.keys(this.module.plan.computed)) {
      const formula = this.module.formulas.get(`field.${name}`)!;
      Object.defineProperty(row, name, { enumerable: true, get: () => formula(row, context) });
    }
    return row;
  }

  private fill(box: HTMLElement, row: Row, unreadable: Set<string>): void {
    const name = box.dataset["liveField"] ?? "";
    const field = this.module.plan.computed[name];
    const place = box.querySelector<HTMLElement>("[data-live-value]");
    if (!field || !place) return;
    const value = field.reads.some((read) => unreadable.has(read)) ? undefined : attempt(() => row[name] as Value);
    place.textContent = value === undefined ? BLANK : shownText(value, name, field, this.knows);
  }

  private showErrors(row: Row, unreadable: Set<string>, context: Context): void {
    const messages = new Map<string, string[]>();
    this.module.plan.validations.forEach((one, index) => {
      if (!this.passed.has(index)) return;
      const isKnown = !one.reads.some((read) => unreadable.has(read));
      const message = isKnown ? attempt(() => this.message(index, row, context)) : null;
      messages.set(one.field, [...(messages.get(one.field) ?? []), ...(message ? [message] : [])]);
    });
    for (const [field, found] of messages) this.errors.show(field, found);
  }

  /** What is wrong, null when nothing is. */
  private message(index: number, row: Row, context: Context): string | null {
    if (this.module.formulas.get(`validation.${index}`)!(row, context) !== true) return null;
    const computed = this.module.formulas.get(`message.${index}`);
    const text = computed ? (computed(row, context) as string | null) : this.knows.messages[index];
    return text || this.module.plan.validations[index]!.name;
  }
}

/** undefined where a formula fails, or is left to the server. */
function attempt<Result>(compute: () => Result): Result | undefined {
  try {
    return compute();
  } catch (error) {
    if (error instanceof FormulaError || (error instanceof Error && error.name === "BeyondBudget")) return undefined;
    throw error;
  }
}

/** A module that is no longer there (the model changed since the page was opened) leaves the form as it is without this script. */
async function start(form: HTMLFormElement): Promise<void> {
  const template = form.querySelector<HTMLTemplateElement>("template[data-live-error]");
  if (!template) return;
  let module: FormulaModule;
  try {
    module = (await import(form.dataset["live"]!)) as FormulaModule;
  } catch {
    return;
  }
  new LiveForm(form, module, JSON.parse(form.dataset["liveKnows"]!) as Knows, template).start();
}

for (const form of document.querySelectorAll<HTMLFormElement>("form[data-live]")) void start(form);
