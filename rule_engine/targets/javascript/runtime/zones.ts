// Wall clocks: what a moment reads in a time zone, and which moment a day begins there. Moments are milliseconds since 1970 UTC.
const DAY_MS = 86_400_000;
const clocks = new Map<string, Intl.DateTimeFormat>();

function clockOf(zone: string): Intl.DateTimeFormat {
  let clock = clocks.get(zone);
  if (!clock) {
    clock = new Intl.DateTimeFormat("en-US", {
      timeZone: zone,
      calendar: "gregory",
      numberingSystem: "latn",
      hourCycle: "h23",
      era: "short",
      year: "numeric",
      month: "2-digit",
      day: "2-digit",
      hour: "2-digit",
      minute: "2-digit",
      second: "2-digit",
    });
    clocks.set(zone, clock);
  }
  return clock;
}

/** What the clock on the wall reads, as if it were UTC; without thousandths. */
function wallClock(moment: number, zone: string): number {
  if (zone === "UTC") return moment;
  const parts: Record<string, string> = {};
  for (const part of clockOf(zone).formatToParts(moment)) parts[part.type] = part.value;
  const field = (name: string) => Number(parts[name]);
  const year = parts["era"]?.startsWith("B") ? 1 - field("year") : field("year");
  const reading = new Date(0);
  reading.setUTCFullYear(year, field("month") - 1, field("day"));
  reading.setUTCHours(field("hour"), field("minute"), field("second"));
  return reading.getTime();
}

function offsetAt(moment: number, zone: string): number {
  const seconds = Math.floor(moment / 1000) * 1000;
  return wallClock(seconds, zone) - seconds;
}

/** The day, counted from 1970-01-01, in a time zone. */
export function dayIn(moment: number, zone: string): number {
  return Math.floor((moment + (zone === "UTC" ? 0 : offsetAt(moment, zone))) / DAY_MS);
}

/** The moment at which the clock on the wall reads `wall`. Where the clock skips it, as if it had not; where it comes twice, the first. */
export function fromWallClock(wall: number, zone: string): number {
  if (zone === "UTC") return wall;
  const before = offsetAt(wall - DAY_MS, zone);
  const after = offsetAt(wall + DAY_MS, zone);
  if (before === after || offsetAt(wall - before, zone) === before) return wall - before;
  return offsetAt(wall - after, zone) === after ? wall - after : wall - before;
}
