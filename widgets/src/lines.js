// From a column of points to the line that is drawn: smoothing, thinning, finding.

/**
 * An exponential moving average of a column that grows. Each value is divided by the weights seen so far, so the line
 * starts at the first value and not at zero.
 */
export class Smoothed {
  constructor(weight) {
    this.weight = weight;
    this.length = 0;
    this.sum = 0;
    this.norm = 0;
    this.values = new Float32Array(256);
  }

  /** Smooth what was added to `column` since the last call, and return all of it. */
  update(column) {
    if (column.length < this.length) Object.assign(this, { length: 0, sum: 0, norm: 0 });
    if (column.length > this.values.length) {
      const grown = new Float32Array(Math.max(column.length, 2 * this.values.length));
      grown.set(this.values.subarray(0, this.length));
      this.values = grown;
    }
    for (let i = this.length; i < column.length; i += 1) {
      const value = column[i];
      if (Number.isFinite(value)) {
        this.sum = this.weight * this.sum + (1 - this.weight) * value;
        this.norm = this.weight * this.norm + (1 - this.weight);
        this.values[i] = this.sum / this.norm;
      } else {
        this.values[i] = NaN;
      }
    }
    this.length = column.length;
    return this.values.subarray(0, this.length);
  }
}

/** The first index of a rising column whose value is at least `x`. */
export function lowerBound(xs, x) {
  let low = 0;
  let high = xs.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (xs[middle] < x) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The index of the number nearest to `x` on a rising axis, among points whose value is a number; -1 without any. */
export function nearest(xs, ys, x) {
  const at = lowerBound(xs, x);
  let before = at - 1;
  let after = at;
  while (before >= 0 && !Number.isFinite(ys[before])) before -= 1;
  while (after < xs.length && !Number.isFinite(ys[after])) after += 1;
  if (before < 0) return after < xs.length ? after : -1;
  if (after >= xs.length) return before;
  return x - xs[before] <= xs[after] - x ? before : after;
}

/** Whether a column has one number only: a line of one point would not be seen without a mark. */
export function isAlone(values) {
  let count = 0;
  for (const value of values) if (typeof value === "number" && (count += 1) > 1) return false;
  return count === 1;
}

/**
 * The points of a growing line that are worth drawing: the lowest and the highest of each stretch of the axis, so that no
 * spike is lost, and the last one. Stretches have a width that is a power of two and stay where they are while the line
 * grows, so that only new points are looked at. Few points are all kept.
 */
export class Thinned {
  constructor() {
    this.key = "";
    this.picked = [];
    this.done = 0; // points before this index are in `picked`, or lost to others of their stretch
  }

  /**
   * Rising indices of points between `from` and `to` whose x and y are numbers, with one beyond each end.
   * @param {number} buckets about how many stretches there may be
   */
  update(xs, ys, from, to, buckets) {
    const start = Math.max(0, lowerBound(xs, from) - 1);
    const end = Math.min(xs.length, lowerBound(xs, to) + 2);
    const width = end - start <= 2 * buckets ? 0 : 2 ** Math.ceil(Math.log2((to - from) / buckets));
    const key = `${start} ${width}`;
    if (key !== this.key || end < this.done || ys.length < this.done) Object.assign(this, { key, picked: [], done: start });
    let i = this.done;
    let kept = this.picked.length;
    while (i < end) {
      const stretch = width ? Math.floor(xs[i] / width) : 0;
      let low = -1;
      let high = -1;
      for (let first = true; i < end && (first || (width && Math.floor(xs[i] / width) === stretch)); i += 1) {
        first = false;
        if (!Number.isFinite(ys[i]) || !Number.isFinite(xs[i])) continue;
        if (low < 0 || ys[i] < ys[low]) low = i;
        if (high < 0 || ys[i] > ys[high]) high = i;
      }
      if (i < end || !width) [this.done, kept] = [i, kept + pushed(this.picked, low, high)];
      else pushed(this.picked, low, high); // the last stretch may still grow: looked at again
    }
    const shown = this.picked.slice();
    this.picked.length = kept;
    let last = end - 1;
    while (last >= this.done && !(Number.isFinite(ys[last]) && Number.isFinite(xs[last]))) last -= 1;
    if (last >= this.done && last > (shown[shown.length - 1] ?? -1)) shown.push(last);
    return shown;
  }
}

/** Add the lower and the upper end of a stretch in the order of the line; returns how many these are. */
function pushed(picked, low, high) {
  if (low < 0) return 0;
  picked.push(Math.min(low, high));
  if (low === high) return 1;
  picked.push(Math.max(low, high));
  return 2;
}
