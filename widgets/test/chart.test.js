import assert from "node:assert/strict";
import { test } from "node:test";
import { isRound, spread, WHOLE_STEPS } from "../src/chart.js";
import { isAlone } from "../src/lines.js";

test("letters at the lines' ends do not cover each other", () => {
  const letters = [{ x: 100, y: 50 }, { x: 101, y: 52 }, { x: 100, y: 49 }, { x: 20, y: 50 }, { x: 100, y: 99 }];
  spread(letters, 17, 90);
  const here = letters.filter(({ x }) => x > 50).map(({ y }) => y).sort((a, b) => a - b);
  for (let i = 1; i < here.length; i += 1) assert.ok(here[i] - here[i - 1] >= 17, String(here));
  assert.equal(letters.find(({ x }) => x === 20).y, 50);
  assert.ok(Math.max(...here) <= 90);
});

test("a logarithmic axis names round values only", () => {
  assert.deepEqual([0.001, 0.05, 0.1, 0.2, 1, 5, 1000].filter((value) => !isRound(value)), []);
  assert.deepEqual([0.1524, 0.3, 4, 0.0999].filter(isRound), []);
});

test("one point alone is marked, more make a line", () => {
  assert.deepEqual([[3], [null, 3, null], [], [null], [3, 4], [3, null, 4]].map(isAlone), [true, true, false, false, false, false]);
});

test("steps are counted in whole ones", () => {
  assert.ok(WHOLE_STEPS.every((step, i) => Number.isInteger(step) && (i === 0 || step > WHOLE_STEPS[i - 1])));
  assert.equal(WHOLE_STEPS[0], 1);
});
