import assert from "node:assert/strict";
import { test } from "node:test";
import { Points } from "../src/points.js";
import { Runs } from "../src/runs.js";

/** Rows as the kernel packs them: three axes of doubles, then floats; at an odd offset, as messages may be. */
function packed(columns) {
  const parts = columns.map((values, i) => new Uint8Array((i < 3 ? Float64Array : Float32Array).from(values).buffer));
  const all = new Uint8Array(3 + parts.reduce((size, part) => size + part.length, 0));
  let at = 3;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return new DataView(all.buffer, 3);
}

test("rows are appended and read back", () => {
  const points = new Points();
  assert.ok(points.append({ start: 0, count: 2, names: ["loss"] }, packed([[1, 2], [10, 20], [0.5, 1], [4, 3]])));
  assert.ok(points.append({ start: 2, count: 1, names: ["loss"] }, packed([[3], [30], [1.5], [NaN]])));
  assert.deepEqual([...points.get("step")], [1, 2, 3]);
  assert.deepEqual([...points.get("loss")], [4, 3, NaN]);
  assert.equal(points.get("elapsed")[2], 1.5);
  assert.equal(points.get("nothing"), null);
});

test("rows that are here already are written over, missing ones are noticed", () => {
  const points = new Points();
  points.append({ start: 0, count: 2, names: ["loss"] }, packed([[1, 2], [1, 2], [1, 2], [4, 3]]));
  assert.ok(points.append({ start: 1, count: 2, names: ["loss"] }, packed([[2, 3], [2, 3], [2, 3], [3, 2]])));
  assert.deepEqual([...points.get("loss")], [4, 3, 2]);
  assert.equal(points.append({ start: 9, count: 1, names: ["loss"] }, packed([[9], [9], [9], [9]])), false);
});

test("columns grow, and one that comes late is NaN before", () => {
  const points = new Points();
  for (let i = 0; i < 1000; i += 1) {
    points.append({ start: i, count: 1, names: ["loss"] }, packed([[i], [2 ** 40 + i], [i], [i / 2]]));
  }
  assert.equal(points.length, 1000);
  assert.equal(points.get("num_tokens")[999], 2 ** 40 + 999);
  points.append({ start: 1000, count: 1, names: ["loss", "reward"] }, packed([[1000], [1], [1], [1], [7]]));
  assert.deepEqual([...points.get("reward").subarray(998)], [NaN, NaN, 7]);
  assert.deepEqual(points.names(), ["loss", "reward"]);
});

test("a page that missed rows asks for everything", () => {
  const sent = [];
  const runs = new Runs((message) => sent.push(message));
  const row = { start: 4, count: 1, names: ["loss"], buffer: 0 };
  runs.take({ kind: "news", parts: [{ run: 0, first_buffer: 0, log: row }] }, [packed([[5], [5], [5], [1]])]);
  assert.deepEqual(sent, []); // nothing was asked for yet: the first answer is on its way
  runs.take({ kind: "news", runs: 1, parts: [] });
  runs.take({ kind: "news", parts: [{ run: 0, first_buffer: 0, log: row }] }, [packed([[5], [5], [5], [1]])]);
  assert.deepEqual(sent, [{ kind: "draw" }]);
});

test("a resumed run replaces what was drawn", () => {
  const runs = new Runs(() => {});
  const row = { start: 0, count: 1, names: ["loss"], buffer: 0 };
  const rows = [packed([[5], [5], [5], [1]])];
  runs.take({ kind: "news", runs: 1, parts: [{ run: 0, all: true, first_buffer: 0, log: row, notes: [{ text: "a" }] }] }, rows);
  const samples = [{ step: 0, probe: 1, answer: "x" }];
  runs.take({ kind: "news", parts: [{ run: 0, first_buffer: 0, state: { step: 5 }, samples }] });
  assert.equal(runs.runs[0].samples.get(0).get(1), "x");
  assert.equal(runs.runs[0].state.step, 5);
  runs.take({ kind: "news", parts: [{ run: 0, all: true, first_buffer: 0, log: row }] }, rows);
  assert.equal(runs.runs[0].samples.size, 0);
  assert.deepEqual(runs.runs[0].notes, []);
  assert.equal(runs.runs[0].log.length, 1);
});
