import assert from "node:assert/strict";
import { test } from "node:test";

import { meaning } from "../src/vote.js";

test("arrows, letters and numbers are votes; others are none", () => {
  for (const key of ["ArrowLeft", "a", "1"]) assert.equal(meaning(key), "left");
  for (const key of ["ArrowRight", "b", "2"]) assert.equal(meaning(key), "right");
  for (const key of ["ArrowDown", "t", "0"]) assert.equal(meaning(key), "tie");
  assert.equal(meaning("s"), "skip");
  assert.equal(meaning("Backspace"), "undo");
  for (const key of ["Enter", "x", "ArrowUp", "Tab"]) assert.equal(meaning(key), null);
});
