import assert from "node:assert/strict";
import { test } from "node:test";
import { bytes, clock, compact, duration, estimate, figure, percent, rate, whole } from "../src/format.js";

test("figures", () => {
  assert.deepEqual([0.41234, 12.3456, 1234.5, 0.00001234, 0, NaN, Infinity, null].map(figure),
    ["0.4123", "12.35", "1,235", "1.23e-5", "0", "–", "infinite", "–"]);
  assert.deepEqual([0.003, 5e-5, 0].map(rate), ["0.003", "5.0e-5", "0"]);
  assert.deepEqual([8512, 1234567, 12].map(compact), ["8.51k", "1.23M", "12"]);
  assert.equal(whole(1234567), "1,234,567");
  assert.equal(percent(0.91234), "91.2 %");
  assert.equal(bytes(1.5 * 2 ** 30), "1.5 GiB");
});

test("durations", () => {
  assert.deepEqual([9.4, 125, 1200, 12000, 7200, NaN].map(duration), ["9 s", "2 min 5 s", "20 min", "3 h 20 min", "2 h", "–"]);
  assert.deepEqual([4, 33, 125, 546, 12345].map(estimate), ["a few seconds", "35 s", "2 min", "9 min", "3 h 26 min"]);
  assert.deepEqual([45, 3730].map(clock), ["0:45", "1:02:10"]);
});
