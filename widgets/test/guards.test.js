import assert from "node:assert/strict";
import { test } from "node:test";
import { worstFirst } from "../src/guards.js";

test("the worst light comes first, and equal ones stay in their order", () => {
  const guards = ["green", "grey", "red", "amber", "green"].map((light, i) => ({ light, name: String(i) }));
  assert.deepEqual(worstFirst(guards).map(({ name }) => name), ["2", "3", "0", "4", "1"]);
  assert.equal(guards[0].name, "0", "what was given is left as it was");
});
