import assert from "node:assert/strict";
import { test } from "node:test";

import { largest, shade } from "../src/advantages.js";
import { ownAxis, shownGroups, turnsOf } from "../src/groups.js";

const run = (columns, remarks = []) => ({ log: { names: () => Object.keys(columns), get: (name) => columns[name] ?? null }, state: { remarks } });
const GROUPS = [{ title: "Policy", when: "reward", charts: [{ title: "KL", lines: [["train", "kl"]], format: "figure" }, { title: "Both", lines: [["reward", "reward"], ["gold", "gold"]], format: "percent" }] }];

test("a group is shown where a run logs its quantity", () => {
  assert.deepEqual(shownGroups(GROUPS, [run({ loss: [1] })], {}), []);
  const [kl, both] = shownGroups(GROUPS, [run({ reward: [1] })], { figure: "f", percent: "p" });
  assert.deepEqual([kl.train, kl.eval, kl.format, kl.legended], ["kl", "eval_kl", "f", undefined]);
  assert.deepEqual([both.train, both.legended, both.format, both.group], [undefined, true, "p", "Policy"]);
});

test("an axis of its own only for quantities of different size", () => {
  assert.equal(ownAxis([0, 1], [0.2, 0.9]), false);
  assert.equal(ownAxis([0, 100], [0, 1]), true);
  assert.equal(ownAxis([5, 6], [-5, -6]), true);
  assert.equal(ownAxis([NaN, 1], [1, NaN]), false);
});

test("a remark is marked in the chart of its quantity, at its step, on any axis", () => {
  const remarks = [{ kind: "over_optimisation", mark: "gold", step: 20 }, { kind: "kl_blow_up", mark: "kl", step: 99 }, { kind: "flat", mark: null, step: 10 }];
  const played = run({ step: [10, 20, 30], elapsed: [1, 2, 3] }, remarks);
  assert.deepEqual(turnsOf(GROUPS[0].charts[1], played, "elapsed"), [{ x: 2, text: "over optimisation" }]);
  assert.deepEqual(turnsOf(GROUPS[0].charts[0], played, "step"), [{ x: 30, text: "kl blow up" }]);
});

test("a token's advantage is a sign, a depth and words", () => {
  assert.equal(largest([{ advantages: [0.5, -2] }, { advantages: [null] }]), 2);
  assert.deepEqual(shade(-2, 0.25, 2), { sign: "minus", depth: 1, words: "advantage -2, value 0.25" });
  assert.deepEqual(shade(0.5, undefined, 2), { sign: "plus", depth: 0.25, words: "advantage +0.5" });
  assert.equal(shade(0.01, 0, 2).sign, "");
  assert.equal(shade(0, 0, 0).sign, "");
  assert.equal(shade(null, 0, 2).words, "advantage unknown");
});
