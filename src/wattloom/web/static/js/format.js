/** Numbers and times as text. Times are the house's own: the offset is taken from what the server sent. */

/** kW or kW-min with three decimals; a dash where there is no value. */
export function kw(value) {
  return value === null || value === undefined ? "–" : value.toFixed(value >= 100 ? 1 : value >= 10 ? 2 : 3);
}

/** Energy, with as many decimals as matter. */
export function energy(value) {
  return value.toFixed(value >= 1000 ? 0 : value >= 100 ? 1 : 2);
}

/** A share as per cent. */
export function percent(share) {
  const value = 100 * share;
  return `${value.toFixed(value > 0 && value < 9.95 ? 1 : 0)} %`;
}

/** POSIX second of an ISO time. */
export function epoch(iso) {
  return Date.parse(iso) / 1000;
}

/** Seconds that an ISO time's zone is ahead of UTC. */
export function offset(iso) {
  const found = /([+-])(\d\d):?(\d\d)$/.exec(iso);
  return found ? (found[1] === "-" ? -1 : 1) * (Number(found[2]) * 3600 + Number(found[3]) * 60) : 0;
}

/** The clock, 21:59:05, of a POSIX second in a zone that is `ahead` seconds of UTC. */
export function clock(second, ahead, parts = 3) {
  return new Date((second + ahead) * 1000).toISOString().slice(11, parts === 3 ? 19 : 16);
}

/** The same as a full ISO time with its offset. */
export function iso(second, ahead) {
  const minutes = Math.abs(ahead) / 60;
  const two = (n) => String(Math.floor(n)).padStart(2, "0");
  const zone = `${ahead < 0 ? "-" : "+"}${two(minutes / 60)}:${two(minutes % 60)}`;
  return new Date((second + ahead) * 1000).toISOString().slice(0, 19) + zone;
}

/** A length of time in words: 5 s, 12 min, 3 h. */
export function span(seconds) {
  if (seconds < 100) return `${Math.round(seconds)} s`;
  if (seconds < 6000) return `${Math.round(seconds / 60)} min`;
  if (seconds < 172_800) return `${Math.round(seconds / 3600)} h`;
  return `${Math.round(seconds / 86_400)} days`;
}
