import assert from "node:assert/strict";
import { test } from "node:test";

import { rowAfter } from "../src/lens.js";
import { describe, summary, tokensOf, visible } from "../src/tokens.js";

test("white space is seen, and nothing is lost", () => {
  assert.deepEqual(visible(" a\n"), [{ sign: "·" }, { text: "a" }, { sign: "⏎" }]);
  assert.deepEqual(visible("<b>&"), [{ text: "<b>&" }]);
  assert.deepEqual(visible("\u200d\u0007"), [{ sign: "U+200D" }, { sign: "U+0007" }]);
  assert.deepEqual(visible(""), []);
  assert.deepEqual(visible("שלום 🙂"), [{ text: "שלום" }, { sign: "·" }, { text: "🙂" }]);
});

const SIDE = {
  start: 10,
  kept: 11,
  ids: [5, 6],
  texts: ["a", "🙂"],
  trained: [1, 1],
  kinds: ["row", "row"],
  parts: [null, [1, 4]],
};

test("a token knows its place, and whether it is cut off", () => {
  const [first, second] = tokensOf(SIDE);
  assert.deepEqual([first.at, first.cut, second.at, second.cut], [10, false, 11, true]);
  assert.equal(describe(first), '"a": trained, from the row. Token 10, id 5');
  assert.equal(describe(second), '"🙂", part 1 of 4 of a character: cut off, would be trained, from the row. Token 11, id 6');
});

test("the counts in words", () => {
  assert.equal(summary({ tokens: 1200, trained: 300, cut: 0 }), "1,200 tokens, 300 of them trained (25 %)");
  assert.equal(summary({ tokens: 1, trained: 0, cut: 2 }), "1 token, 0 of them trained (0 %); 2 more are cut off");
  assert.equal(summary({ tokens: 0, trained: 0, cut: 0 }), "0 tokens, 0 of them trained");
});

test("arrow keys stop at the ends", () => {
  assert.equal(rowAfter("ArrowRight", 3, 5), 4);
  assert.equal(rowAfter("ArrowDown", 4, 5), 4);
  assert.equal(rowAfter("ArrowLeft", 0, 5), 0);
  assert.equal(rowAfter("ArrowUp", 2, 5), 1);
  assert.equal(rowAfter("Home", 3, 5), 0);
  assert.equal(rowAfter("End", 3, 5), 4);
  assert.equal(rowAfter("x", 3, 5), null);
});
