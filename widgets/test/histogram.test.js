import assert from "node:assert/strict";
import { test } from "node:test";
import { layout, marks, sentence, ticks } from "../src/histogram.js";

const data = {
  title: "prompt",
  unit: "tokens",
  edges: [0, 10, 20, 30],
  counts: [4, 0, 1],
  beyond: true,
  rows: 5,
  of: 5,
  median: 7,
  p95: 25,
  largest: 900,
};

test("marks of an axis are round, evenly spaced and few", () => {
  assert.deepEqual(ticks(7, 3), [0, 5]);
  assert.deepEqual(ticks(100, 4), [0, 50, 100]);
  assert.deepEqual(ticks(1, 3), [0, 1]);
  for (const largest of [1, 3, 9, 47, 312, 99999]) assert.ok(ticks(largest, 3).length <= 4);
});

test("bars stand side by side inside the drawing, as tall as their rows", () => {
  const { bars, inner } = layout(data, 400);
  assert.equal(bars.length, 3);
  assert.equal(bars[0].height, inner.height);
  assert.equal(bars[1].height, 0);
  bars.slice(1).forEach((bar, i) => assert.ok(bar.x >= bars[i].x + bars[i].width));
  assert.ok(bars[2].x + bars[2].width <= 400);
});

test("one row beside thousands is still drawn", () => {
  const { bars, y } = layout({ ...data, counts: [100000, 1, 0] }, 400);
  assert.ok(bars[1].height >= 1.5);
  assert.ok(bars[1].y + bars[1].height <= y(0) + 1e-9);
});

test("each bar says what it counts, the open one as well", () => {
  const { bars } = layout(data, 400);
  assert.deepEqual(
    bars.map((bar) => bar.range),
    ["0 to 9", "10 to 19", "20 and more"],
  );
  assert.equal(layout({ ...data, edges: [5, 6], counts: [5], beyond: false }, 400).bars[0].range, "5");
});

test("the sentence has the figures, what was sampled and what is too long", () => {
  assert.equal(sentence(data), "Half of the rows have at most 7 tokens, 95 % at most 25; the longest has 900.");
  assert.match(sentence({ ...data, of: 2000 }), /5 of 2,000 rows/);
  assert.match(sentence({ ...data, limit: 512, over: 1 }), /1 row is longer than 512/);
});

test("words of lines do not meet", () => {
  const x = (value) => 46 + value * 10;
  const at = (median, p95, limit) => marks({ median, p95, limit, edges: [0, 40] }, x, 46, 446).map(({ name, anchor }) => [name, anchor]);
  assert.deepEqual(at(10, 30), [["half", "middle"], ["95 %", "middle"]]);
  assert.deepEqual(at(20, 20), [["half, 95 %", "middle"]]);
  assert.deepEqual(at(20, 22), [["half", "end"], ["95 %", "start"]]);
  assert.deepEqual(at(0, 39), [["half", "start"], ["95 %", "end"]]);
  assert.deepEqual(at(20, 30, 50), [["half", "middle"], ["95 %", "middle"]]);
});
