/** Requests to the server that the page came from. */

/** The server said no, in words that can be shown. */
export class Refused extends Error {}

/** The answer's error, whatever the answer is. */
export async function complaint(response) {
  try {
    return (await response.json()).error ?? `The server answered ${response.status}.`;
  } catch {
    return `The server answered ${response.status}.`;
  }
}

/** JSON from a path; Refused where the server says no, an Error where it cannot be reached within `seconds`. */
export async function json(path, { signal, seconds = 20, ...options } = {}) {
  const signals = [AbortSignal.timeout(seconds * 1000), signal].filter(Boolean);
  const response = await fetch(path, { ...options, signal: AbortSignal.any(signals) });
  if (!response.ok) throw new Refused(await complaint(response));
  return response.json();
}

/** A query: keys without a value are left out. */
export function query(values) {
  const given = Object.entries(values).filter(([, value]) => value !== null && value !== undefined && value !== "");
  return new URLSearchParams(given).toString().replace(/%2F/g, "/").replace(/%2C/g, ",").replace(/%3A/g, ":");
}
