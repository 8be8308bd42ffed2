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

/**
 * The points worth drawing between `from` and `to`: for each of `buckets` equal parts its first, lowest, highest and
 * last point, so that no spike is lost; all of them when there are few. One point beyond each end keeps the line whole.
 * @returns {number[]} rising indices of points whose x and y are numbers
 */
export function pick(xs, ys, from, to, buckets) {
  const start = Math.max(0, lowerBound(xs, from) - 1);
  const end = Math.min(xs.length, lowerBound(xs, to) + 2);
  const drawn = (i) => Number.isFinite(ys[i]) && Number.isFinite(xs[i]);
  const picked = [];
  if (end - start <= 4 * buckets) {
    for (let i = start; i < end; i += 1) if (drawn(i)) picked.push(i);
    return picked;
  }
  const width = (to - from) / buckets;
  let i = start;
  while (i < end) {
    const bucket = Math.floor((xs[i] - from) / width);
    let first = -1;
    let low = -1;
    let high = -1;
    let last = -1;
    for (; i < end && !(Math.floor((xs[i] - from) / width) > bucket); i += 1) {
      if (!drawn(i)) continue;
      if (first < 0) first = low = high = i;
      if (ys[i] < ys[low]) low = i;
      if (ys[i] > ys[high]) high = i;
      last = i;
    }
    if (first < 0) {
      if (i < end && Number.isNaN(bucket)) i += 1;
      continue;
    }
    for (const index of [first, Math.min(low, high), Math.max(low, high), last]) {
      if (index !== picked[picked.length - 1]) picked.push(index);
    }
  }
  return picked;
}
