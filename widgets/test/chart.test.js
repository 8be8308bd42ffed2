import assert from "node:assert/strict";
import { test } from "node:test";
import { spread } from "../src/chart.js";

test("letters at the lines' ends do not cover each other", () => {
  const letters = [{ x: 100, y: 50 }, { x: 101, y: 52 }, { x: 100, y: 49 }, { x: 20, y: 50 }, { x: 100, y: 99 }];
  spread(letters, 17, 90);
  const here = letters.filter(({ x }) => x > 50).map(({ y }) => y).sort((a, b) => a - b);
  for (let i = 1; i < here.length; i += 1) assert.ok(here[i] - here[i - 1] >= 17, String(here));
  assert.equal(letters.find(({ x }) => x === 20).y, 50);
  assert.ok(Math.max(...here) <= 90);
});
