/** Glyphs: drawn in the colour of the text around them, alike on every device. */

import { s } from "./dom.js";

const PATHS = {
  Overall: "M18 8V4H6l7 8-7 8h12v-4",
  AC: "M12 2v20M3.3 7l17.4 10M20.7 7 3.3 17M12 6 9.5 3.8M12 6l2.5-2.2M12 18l-2.5 2.2M12 18l2.5 2.2M6.8 9 3.6 9.9M6.8 9 6 5.7M17.2 15l3.2-.9M17.2 15l.8 3.3M17.2 9l3.2.9M17.2 9l.8-3.3M6.8 15l-3.2-.9M6.8 15 6 18.3",
  Geyser: "M7 5a5 2.2 0 0 1 10 0v13a5 2.2 0 0 1-10 0zM7 5a5 2.2 0 0 0 10 0M10 20.5V23M14 20.5V23M12 10c-2 2.2-2 4.6 0 4.6s2-2.4 0-4.6z",
  up: "M12 21V4M5 11l7-7 7 7",
  down: "M12 3v17M5 13l7 7 7-7",
  steady: "M3 12h17M13 5l7 7-7 7",
  chart: "M3 3v18h18M7 15l4-5 4 3 5-7",
  alerts: "M6 17V11a6 6 0 0 1 12 0v6l2 2H4zM10 22h4M12 2v3",
  settings: "M4 6h9M19 6h1M4 12h2M12 12h8M4 18h7M17 18h3M16 3.5v5M9 9.5v5M14 15.5v5",
  Green: "M4 12.5 10 18.5 20.5 6",
  Yellow: "M12 3 22.5 21H1.5zM12 10v5M12 18v.2",
  Red: "M8 2h8l6 6v8l-6 6H8l-6-6V8zM12 7v6M12 16.5v.2",
  "Critical Red": "M4 4l16 16M20 4 4 20",
};

/** A glyph by name; hidden from screen readers, which read the text beside it. */
export function glyph(name) {
  const path = s("path", { d: PATHS[name] ?? "" });
  return s("svg", { class: "glyph", viewBox: "0 0 24 24", "aria-hidden": "true", focusable: "false", "data-glyph": name }, path);
}

/** Changes a glyph in place. */
export function reglyph(node, name) {
  if (node.dataset.glyph === name) return;
  node.dataset.glyph = name;
  node.firstChild.setAttribute("d", PATHS[name] ?? "");
}
