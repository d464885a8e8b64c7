// Points on the globe: [latitude, longitude] in degrees.
import type { Decimal } from "decimal.js";
import { FormulaError } from "./failures";
import { fromDouble } from "./numbers";

type Point = readonly [Decimal, Decimal];

const RADIUS = new Map([
  ["km", 6371.0],
  ["mi", 3958.761],
]);

/** Takes blanks: two are no place, one alone is an error. */
export function point(latitude: Decimal | null, longitude: Decimal | null): Point | null {
  if (latitude === null && longitude === null) return null;
  if (latitude === null || longitude === null || latitude.abs().gt(90) || longitude.abs().gt(180)) {
    throw new FormulaError("out_of_range", "A latitude lies within 90 degrees, a longitude within 180.");
  }
  return [latitude, longitude];
}

function radians(degrees: Decimal): number {
  return Number(degrees.toString()) * (Math.PI / 180);
}

/** Along the surface, by the haversine formula. */
export function distance(first: Point, second: Point, unit: string): Decimal {
  const radius = RADIUS.get(unit.toLowerCase());
  if (radius === undefined) throw new FormulaError("out_of_range", 'A distance is measured in "km" or "mi".');
  const [latitude, longitude, otherLatitude, otherLongitude] = [...first, ...second].map(radians) as [number, number, number, number];
  const square =
    Math.sin((otherLatitude - latitude) / 2) ** 2 +
    Math.cos(latitude) * Math.cos(otherLatitude) * Math.sin((otherLongitude - longitude) / 2) ** 2;
  return fromDouble(2 * radius * Math.asin(Math.sqrt(Math.min(1, square))));
}
