import assert from "node:assert/strict";
import { test } from "node:test";
import { leftWords } from "../src/status.js";

test("what is left says which evaluations it does not hold", () => {
  assert.deepEqual(leftWords({ eta: 21 }), ["about 20 s left"]);
  assert.deepEqual(leftWords({ eta: 21, evaluations_ahead: 0 }), ["about 20 s left"]);
  assert.deepEqual(leftWords({ eta: 21, evaluations_ahead: 3 }), ["about 20 s of steps left, and 3 evaluations"]);
  assert.deepEqual(leftWords({ eta: 0, evaluations_ahead: 1 }), ["1 evaluation left"]);
  assert.deepEqual(leftWords({ eta: 0 }), []);
  assert.deepEqual(leftWords({}), []);
});
