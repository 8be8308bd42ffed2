// A rate with its interval: the number, the rows behind it, and a line from 0 to 100 % with the interval on it.

import { el } from "./dom.js";
import { number } from "./rows.js";

/** "97 %", never rounded up to a 100 % or down to a 0 % that the rows do not give. */
export function percent(value) {
  if (value > 0 && value < 0.005) return "<1 %";
  if (value < 1 && value >= 0.995) return ">99 %";
  return `${Math.round(value * 100)} %`;
}

/** The rows and the interval in words. */
export function scoreWords({ count, n, low, high }) {
  const ends = `${Math.round(low * 100)}–${Math.round(high * 100)}`;
  return `${number(count)} of ${number(n)} rows · 95\u00a0% interval ${ends}\u00a0%`;
}

/** @param {{count: number, n: number, value: number, low: number, high: number}|null} score */
export function scoreCell(score) {
  if (!score || !score.n) return el("span", { class: "wb-muted", text: "no row complete yet" });
  const track = el(
    "span",
    { class: "wb-interval", "aria-hidden": "true" },
    el("span", { class: "wb-interval-range", style: { left: `${score.low * 100}%`, right: `${100 - score.high * 100}%` } }),
    el("span", { class: "wb-interval-value", style: { left: `${score.value * 100}%` } }),
  );
  const line = el("div", { class: "wb-score-line" }, el("span", { class: "wb-score-value", text: percent(score.value) }), track);
  return el("div", { class: "wb-score" }, line, el("div", { class: "wb-hint", text: scoreWords(score) }));
}
