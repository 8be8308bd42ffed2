import assert from "node:assert/strict";
import { test } from "node:test";

import { depth, summary } from "../src/losses.js";

test("the band is deeper with the loss, and never beyond its bounds", () => {
  assert.deepEqual([-1, 0, 2, 4, 99].map(depth), [0, 0, 0.5, 1, 1]);
});

test("a line in words", () => {
  assert.equal(summary({ texts: ["a", "b"], nats: [0.5, 1.5] }), 'mean 1.00 nats a token over 2 tokens; most surprising: "b" (1.50)');
  assert.equal(summary({ texts: [], nats: [] }), "no tokens");
});
