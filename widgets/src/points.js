// Points of a run as they come over the wire: typed arrays that grow, read without copying.

export const AXES = ["step", "num_tokens", "elapsed"];

/** Rows at rising steps: the axes as doubles, each measured quantity as floats, NaN where there is none. */
export class Points {
  constructor() {
    this.length = 0;
    this.capacity = 0;
    this.columns = new Map();
  }

  /** The values of an axis or a quantity so far, or null; the view stays valid until the next `append`. */
  get(name) {
    const column = this.columns.get(name);
    return column ? column.subarray(0, this.length) : null;
  }

  /** The measured quantities that have at least one number. */
  names() {
    return [...this.columns.keys()].filter((name) => !AXES.includes(name));
  }

  /**
   * Take in rows from row `start` on.
   * @param {{start: number, count: number, names: string[]}} table
   * @param {DataView} packed column after column: the axes as float64, then the quantities as float32
   * @returns {boolean} false when rows before `start` are missing here
   */
  append({ start, count, names }, packed) {
    if (start > this.length) return false;
    const bytes = packed.buffer.slice(packed.byteOffset, packed.byteOffset + packed.byteLength);
    this.reserve(start + count);
    let offset = 0;
    for (const name of [...AXES, ...names]) {
      const Type = AXES.includes(name) ? Float64Array : Float32Array;
      if (!this.columns.has(name)) this.columns.set(name, new Type(this.capacity).fill(NaN));
      this.columns.get(name).set(new Type(bytes, offset, count), start);
      offset += count * Type.BYTES_PER_ELEMENT;
    }
    this.length = start + count;
    return true;
  }

  reserve(size) {
    if (size <= this.capacity) return;
    this.capacity = Math.max(256, size, 2 * this.capacity);
    for (const [name, old] of this.columns) {
      const grown = new old.constructor(this.capacity).fill(NaN);
      grown.set(old.subarray(0, this.length));
      this.columns.set(name, grown);
    }
  }
}
