import assert from "node:assert/strict";
import { test } from "node:test";
import { span, splitAt } from "../src/rows.js";
import { percent, scoreWords } from "../src/score.js";

test("a page says which rows it has", () => {
  assert.equal(span(0, 10, 0), "no rows");
  assert.equal(span(0, 10, 1), "1 row");
  assert.equal(span(0, 10, 10), "10 rows");
  assert.equal(span(1, 10, 2000), "11–20 of 2,000");
  assert.equal(span(2, 10, 25), "21–25 of 25");
});

test("a text is found literally and whatever its case", () => {
  assert.deepEqual(splitAt("a.b A.B axb", "a.b"), ["", "a.b", " ", "A.B", " axb"]);
  assert.deepEqual(splitAt("cost (£5)?", "(£5)?"), ["cost ", "(£5)?", ""]);
  assert.deepEqual(splitAt("Ünï", "ünÏ"), ["", "Ünï", ""]);
  assert.deepEqual(splitAt("text", ""), ["text"]);
});

test("a rate is never rounded to a certainty that the rows do not give", () => {
  assert.equal(percent(0), "0 %");
  assert.equal(percent(0.001), "<1 %");
  assert.equal(percent(0.97), "97 %");
  assert.equal(percent(0.999), ">99 %");
  assert.equal(percent(1), "100 %");
});

test("a score names its rows and its interval", () => {
  assert.equal(scoreWords({ count: 48, n: 50, low: 0.865, high: 0.989 }), "48 of 50 rows · 95\u00a0% interval 87–99\u00a0%");
});
