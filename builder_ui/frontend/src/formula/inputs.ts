// What stands in a form -> values, read as the server reads them. undefined: it cannot be read as it stands, so nothing that needs it is
// computed.
import { date, fromWallClock, number, time, type Value } from "formula-core";
import type { Input } from "./plan";

const PREFIX = "f.";
const GROUPED = /^[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?$/;
const PLAIN = /^[+-]?\d{1,60}(?:\.\d{1,60})?$/;
const LOCAL_MOMENT = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2})(?::(\d{2}))?/;
const HAS_SCHEME = /^[A-Za-z][A-Za-z0-9+.-]*:/;
const HOST_AND_PORT = /^[\w.-]+:\d+(?:\/|$)/;

type Control = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;
type Reading = Value | undefined;

function controls(form: HTMLFormElement, name: string): Control[] {
  return [...form.querySelectorAll<Control>(`[name="${CSS.escape(PREFIX + name)}"]`)];
}

function textOf(form: HTMLFormElement, name: string): string {
  return controls(form, name)[0]?.value ?? "";
}

/** The field that a control belongs to; a look-up and a place have several. */
export function fieldOf(target: EventTarget | null): string | null {
  const control = target instanceof Element ? target.closest<Control>(`[name^="${PREFIX}"]`) : null;
  return control ? (control.name.slice(PREFIX.length).split(".")[0] ?? null) : null;
}

export function readInput(form: HTMLFormElement, name: string, input: Input, timeZone: string): Reading {
  switch (input.as) {
    case "checkbox":
      return (controls(form, name)[0] as HTMLInputElement | undefined)?.checked ?? false;
    case "checks":
      return chosen(controls(form, name) as HTMLInputElement[]);
    case "lookup":
      return readLookup(form, name);
    case "place":
      return readPlace(textOf(form, `${name}.latitude`), textOf(form, `${name}.longitude`));
  }
  const control = controls(form, name)[0];
  if (!control || control.validity.badInput) return undefined;
  const text = input.as === "area" ? control.value : control.value.trim();
  return text.trim() === "" ? null : readText(text, input, timeZone);
}

function readText(text: string, input: Input, timeZone: string): Reading {
  switch (input.as) {
    case "number":
      return readNumber(text, input);
    case "percent":
      return readNumber(text.replace(/%$/, ""), input);
    case "date":
      return date(text);
    case "datetime":
      return readMoment(text, timeZone);
    case "time":
      return time(text.length === 5 ? `${text}:00.000` : text.length === 8 ? `${text}.000` : text);
    case "phone":
      return readPhone(text);
    case "url":
      return (HAS_SCHEME.test(text) || text.startsWith("/")) && !HOST_AND_PORT.test(text) ? text : `https://${text}`;
  }
  return text;
}

function chosen(boxes: HTMLInputElement[]): Reading {
  const values = boxes.filter((box) => box.checked).map((box) => box.value);
  return values.length ? values : null;
}

/** The id counts while the text is still the name it came with. */
function readLookup(form: HTMLFormElement, name: string): Reading {
  const text = textOf(form, `${name}.text`).trim();
  if (text === "") return null;
  const id = textOf(form, name);
  return id && text === textOf(form, `${name}.was`).trim() ? id : undefined;
}

function readPlace(latitude: string, longitude: string): Reading {
  const parts = [latitude.trim(), longitude.trim()];
  if (parts.every((part) => part === "")) return null;
  return parts.every((part) => PLAIN.test(part)) ? parts.map(number) : undefined;
}

function readNumber(typed: string, input: Input): Reading {
  const trimmed = typed.trim().replaceAll("\u2212", "-");
  const text = GROUPED.test(trimmed) ? trimmed.replaceAll(",", "") : trimmed;
  if (!PLAIN.test(text)) return undefined;
  const value = number(text);
  const scale = input.scale ?? 0;
  const isFitting = value.decimalPlaces() <= scale && (value.isZero() || value.e < (input.precision ?? 18) - scale);
  return isFitting ? value : undefined;
}

function readMoment(text: string, timeZone: string): Reading {
  const parts = LOCAL_MOMENT.exec(text)?.slice(1).map(Number);
  if (!parts) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second] = parts;
  const wall = new Date(0);
  wall.setUTCFullYear(year, month - 1, day);
  return fromWallClock(wall.setUTCHours(hour, minute, second || 0), timeZone);
}

function readPhone(text: string): string {
  const folded = text.split(/\s+/).join(" ");
  return folded.startsWith("+") ? `+${folded.replaceAll("(0)", "").replace(/[^0-9]/g, "")}` : folded;
}
