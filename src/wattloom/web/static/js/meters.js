/** The meters, the colours, and what they are called. */

export const METERS = ["Overall", "AC", "Geyser"];

/** Best first, as in the server's `wattloom.status`. */
export const COLOURS = ["Green", "Yellow", "Red", "Critical Red"];

/** What each meter measures, for somebody who has never seen one. */
export const MEANS = {
  Overall: "everything in the house together",
  AC: "the air conditioner",
  Geyser: "the electric water heater",
};

/** The few words that can be read from across the room. */
export function verdict(event) {
  switch (event?.priority) {
    case "Green":
      return "All right";
    case "Yellow":
      return "Some action is due";
    case "Red":
      return Object.values(event.by_value).includes("Red") ? "Far too high" : "Bad readings";
    case "Critical Red":
      return "Meter trouble";
    default:
      return "Waiting for the first value";
  }
}

/** What the label of a value means. */
const LABELS = {
  low: "low",
  good: "good",
  typical: "typical",
  high: "in the upper quarter",
  unusual: "unusual for this hour",
  critical: "at or above the critical value",
};

/** Why a meter has its status: its part of the event's reason, else what its value is. */
export function because(event, meter) {
  const parts = event.reason.split("; ").filter((part) => part.startsWith(`${meter} `) || part.startsWith(`${meter}:`));
  if (parts.length) {
    const words = parts.map((part) => part.slice(meter.length).replace(/^:?\s*/, "")).join("; ");
    return words[0].toUpperCase() + words.slice(1);
  }
  const label = event.label[meter];
  return label ? `${LABELS[label] ?? label}`.replace(/^./, (letter) => letter.toUpperCase()) : "";
}

/** What a meter itself did wrong in an event, in words; empty where nothing. */
export function trouble(event, meter) {
  const own = (part) => part.startsWith(`${meter}: `) || part === `${meter} has no valid second`;
  const words = event.reason.split("; ").filter(own).map((part) => part.slice(meter.length).replace(/^:? /, ""));
  return words.join("; ");
}

/** Up, down or steady against the mean of up to three values before; within 3 % or 20 W it is steady. */
export function trend(before, value) {
  const known = before.filter((v) => v !== null && v !== undefined);
  if (value === null || value === undefined || !known.length) return null;
  const mean = known.reduce((sum, v) => sum + v, 0) / known.length;
  const band = Math.max(0.02, 0.03 * mean);
  return value > mean + band ? "up" : value < mean - band ? "down" : "steady";
}
