// Per-token advantages as the rollouts show them.

import { figure } from "./format.js";

const FAINT = 0.05; // of the largest: smaller ones are left uncoloured

/** The largest advantage of some rollouts by its size, to which all are compared. */
export function largest(rollouts) {
  return Math.max(0, ...rollouts.map(({ advantages }) => advantages.reduce((most, value) => Math.max(most, Math.abs(value ?? 0)), 0)));
}

/** How a token is shown: its sign ("plus", "minus" or ""), how deep its colour is (0 to 1), and in words. */
export function shade(advantage, value, most) {
  if (advantage === null) return { sign: "", depth: 0, words: "advantage unknown" };
  const depth = most > 0 ? Math.abs(advantage) / most : 0;
  const sign = depth < FAINT ? "" : advantage > 0 ? "plus" : "minus";
  const valued = value === null || value === undefined ? "" : `, value ${figure(value)}`;
  return { sign, depth: Number(depth.toFixed(2)), words: `advantage ${advantage > 0 ? "+" : ""}${figure(advantage)}${valued}` };
}
