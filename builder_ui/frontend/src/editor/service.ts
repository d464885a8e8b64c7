// What the editor asks of the server: each answer is for the text as it was sent, and a newer question gives up the older one.
export interface Finding {
  from: number;
  to: number;
  severity: "error" | "warning";
  message: string;
}

export interface Check {
  findings: Finding[];
  panel: string;
}

export interface Offer {
  label: string;
  kind: string;
  detail: string;
  info: string;
  insert: string;
}

export interface Completion {
  from: number;
  to: number;
  offers: Offer[];
}

export interface Hover {
  from: number;
  to: number;
  html: string;
}

type Question = "check" | "complete" | "hover" | "signature" | "format";
type Values = Record<string, string | number>;

export class Service {
  private readonly running = new Map<Question, AbortController>();

  constructor(
    private readonly address: string,
    private readonly csrfToken: string,
  ) {}

  isAsking(what: Question): boolean {
    return this.running.has(what);
  }

  /** Undefined when the server cannot be asked, or when a newer question came. */
  async ask<T>(what: Question, values: Values): Promise<T | undefined> {
    this.running.get(what)?.abort();
    const controller = new AbortController();
    this.running.set(what, controller);
    const body = new URLSearchParams({ csrf_token: this.csrfToken });
    for (const [name, value] of Object.entries(values)) body.set(name, String(value));
    try {
      const answer = await fetch(`${this.address}/${what}`, { method: "POST", body, signal: controller.signal });
      return answer.ok && !answer.redirected ? ((await answer.json()) as T) : undefined;
    } catch {
      return undefined;
    } finally {
      if (this.running.get(what) === controller) this.running.delete(what);
    }
  }
}
