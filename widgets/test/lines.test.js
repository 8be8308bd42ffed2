import assert from "node:assert/strict";
import { test } from "node:test";
import { Smoothed, lowerBound, nearest, Thinned } from "../src/lines.js";

const ramp = (count, f = (i) => i) => Float64Array.from({ length: count }, (_, i) => f(i));

test("smoothing starts at the first value and keeps a constant", () => {
  assert.deepEqual([...new Smoothed(0.9).update(Float32Array.of(2, 2, 2))], [2, 2, 2]);
  const [first, second] = new Smoothed(0.5).update(Float32Array.of(4, 1));
  assert.equal(first, 4);
  assert.equal(second, 2); // (0.25 * 4 + 0.5 * 1) / 0.75
});

test("smoothing step by step equals smoothing at once, and leaves gaps", () => {
  const column = Float32Array.from({ length: 600 }, (_, i) => (i % 50 === 7 ? NaN : Math.sin(i)));
  const growing = new Smoothed(0.8);
  for (let i = 1; i <= 600; i += 7) growing.update(column.subarray(0, i));
  assert.deepEqual([...growing.update(column)], [...new Smoothed(0.8).update(column)]);
  assert.ok(Number.isNaN(growing.update(column)[7]));
  assert.equal(growing.update(Float32Array.of(3)).length, 1); // a resumed run starts over
});

const thin = (xs, ys, from, to, buckets) => new Thinned().update(xs, ys, from, to, buckets);
const rising = (indices) => indices.every((index, i) => i === 0 || index > indices[i - 1]);

test("few points are all picked, without those that are no numbers", () => {
  assert.deepEqual(thin(ramp(5), Float32Array.of(1, NaN, 3, 4, 5), 0, 4, 100), [0, 2, 3, 4]);
  assert.deepEqual(thin(ramp(0), ramp(0), 0, 4, 100), []);
  assert.deepEqual(thin(ramp(3), Float32Array.of(NaN, NaN, NaN), 0, 4, 100), []);
});

test("thinning keeps every spike, both ends and the order", () => {
  const xs = ramp(50000);
  const ys = ramp(50000, (i) => (i === 31234 ? 99 : i === 777 ? -99 : Math.sin(i / 900)));
  const picked = thin(xs, ys, 0, 49999, 300);
  assert.ok(picked.length > 300 && picked.length <= 2 * 301 + 1, String(picked.length));
  for (const wanted of [0, 777, 31234, 49999]) assert.ok(picked.includes(wanted), String(wanted));
  assert.ok(rising(picked));
});

test("a line that grows is thinned as if it came at once", () => {
  const xs = ramp(30000, (i) => 5 * i + 3);
  const ys = Float32Array.from({ length: 30000 }, (_, i) => (i % 97 === 0 ? NaN : Math.sin(i * i)));
  const growing = new Thinned();
  for (let n = 0; n <= 30000; n += 251) {
    const to = xs[n - 1] ?? 1;
    const now = growing.update(xs.subarray(0, n), ys.subarray(0, n), 0, to, 200);
    assert.deepEqual(now, thin(xs.subarray(0, n), ys.subarray(0, n), 0, to, 200), String(n));
    assert.ok(rising(now));
  }
  assert.deepEqual(growing.update(xs.subarray(0, 9), ys.subarray(0, 9), 0, 50, 200), [1, 2, 3, 4, 5, 6, 7, 8]); // resumed
});

test("thinning a part keeps one point beyond each end", () => {
  const thinned = new Thinned();
  thinned.update(ramp(50000), ramp(50000), 0, 49999, 300);
  assert.deepEqual(thinned.update(ramp(50000), ramp(50000), 20000.5, 20003.5, 300), [20000, 20001, 20002, 20003, 20004, 20005]);
});

test("thinning ends on an axis with gaps", () => {
  const xs = ramp(5000, (i) => (i % 10 === 3 ? NaN : i));
  assert.ok(thin(xs, ramp(5000), 0, 5000, 10).every((index) => Number.isFinite(xs[index])));
});

test("finding by value", () => {
  const xs = Float64Array.of(0, 10, 20, 30);
  assert.equal(lowerBound(xs, 10), 1);
  assert.equal(lowerBound(xs, 10.1), 2);
  assert.equal(nearest(xs, Float32Array.of(1, 2, 3, 4), 14), 1);
  assert.equal(nearest(xs, Float32Array.of(1, NaN, 3, 4), 14), 2);
  assert.equal(nearest(xs, Float32Array.of(1, NaN, NaN, NaN), 29), 0);
  assert.equal(nearest(xs, Float32Array.of(NaN, NaN, NaN, NaN), 29), -1);
});
