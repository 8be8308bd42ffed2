import assert from "node:assert/strict";
import { test } from "node:test";

import { byWords, progressWords } from "../src/preference.js";

test("the progress says what was done with every pair, and nothing of what did not happen", () => {
  const counts = { pairs: 20, labelled: 7, ties: 0, skipped: 0, repeats: 0, same: 0 };
  assert.equal(progressWords({ at: 7, total: 22, counts }), "7 of 22 asked · 7 labelled");
  assert.equal(
    progressWords({ at: 1200, total: 2200, counts: { ...counts, labelled: 1100, ties: 40, skipped: 10, repeats: 50, same: 1 } }),
    "1,200 of 2,200 asked · 1,100 labelled · 40 equal · 10 skipped · 50 asked again · 1 left out: both replies are the same",
  );
});

test("who preferred a reply stands in words", () => {
  assert.equal(byWords([]), "preferred by nobody");
  assert.equal(byWords(["ada"]), "preferred by ada");
  assert.equal(byWords(["ada", "bo"]), "preferred by ada and bo");
});
