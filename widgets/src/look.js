// How runs are told apart: a colour and a letter each.

export const SERIES = [1, 2, 3, 4, 5, 6].map((n) => `--wb-series-${n}`);

/** A, B, … Z, A2, … */
export function letterOf(i) {
  return String.fromCharCode(65 + (i % 26)) + (i < 26 ? "" : Math.floor(i / 26) + 1);
}

/** Put the chosen run's letter in an element, where there are several runs to tell apart. */
export function showLetter(node, { runs, view }) {
  node.hidden = runs.runs.length < 2;
  node.textContent = letterOf(view.selected);
  node.style.setProperty("--wb-line-colour", `var(${SERIES[view.selected % SERIES.length]})`);
}
