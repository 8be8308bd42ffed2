// How runs are told apart: a colour and a letter each.

export const SERIES = [1, 2, 3, 4, 5, 6].map((n) => `--wb-series-${n}`);

/** A, B, … Z, A2, … */
export function letterOf(i) {
  return String.fromCharCode(65 + (i % 26)) + (i < 26 ? "" : Math.floor(i / 26) + 1);
}
