/** What is remembered in this browser; a browser that remembers nothing still works. */

const PREFIX = "wattloom.";

/** What was kept under a name, or `otherwise`. */
export function recall(name, otherwise) {
  try {
    return JSON.parse(localStorage.getItem(PREFIX + name)) ?? otherwise;
  } catch {
    return otherwise;
  }
}

/** Keeps something that JSON can hold. */
export function keep(name, value) {
  try {
    localStorage.setItem(PREFIX + name, JSON.stringify(value));
  } catch {
    // Full or forbidden.
  }
}

/** A bare word, as the script in the head reads it. */
export function keepWord(name, value) {
  try {
    localStorage.setItem(PREFIX + name, value);
  } catch {
    // Full or forbidden.
  }
}
