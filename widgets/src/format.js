// Numbers as people read them.

const NONE = "–";
const bad = (value) => value === null || value === undefined || Number.isNaN(value);

/** A loss or the like: four figures that matter. */
export function figure(value) {
  if (bad(value)) return NONE;
  if (!Number.isFinite(value)) return value > 0 ? "infinite" : "-infinite";
  const size = Math.abs(value);
  if (size !== 0 && (size < 0.001 || size >= 1e6)) return value.toExponential(2);
  if (size >= 1000) return Math.round(value).toLocaleString("en-US");
  return String(Number(value.toPrecision(4)));
}

/** A learning rate: 0.003, 5.0e-5. */
export function rate(value) {
  if (bad(value)) return NONE;
  if (value === 0) return "0";
  return Math.abs(value) < 1e-3 ? value.toExponential(1) : String(Number(value.toPrecision(3)));
}

/** A whole number with its thousands set apart. */
export function whole(value) {
  return bad(value) ? NONE : Math.round(value).toLocaleString("en-US");
}

/** A large number in short: 8.5k, 1.2M. */
export function compact(value) {
  if (bad(value)) return NONE;
  for (const [unit, sign] of [[1e9, "B"], [1e6, "M"], [1e3, "k"]]) {
    if (Math.abs(value) >= unit) return `${Number((value / unit).toPrecision(3))}${sign}`;
  }
  return String(Number(value.toPrecision(3)));
}

/** A share of one in per cent. */
export function percent(value) {
  return bad(value) ? NONE : `${Number((100 * value).toPrecision(3))} %`;
}

/** Bytes in units of 1024. */
export function bytes(value) {
  if (bad(value)) return NONE;
  for (const [unit, sign] of [[2 ** 30, "GiB"], [2 ** 20, "MiB"], [2 ** 10, "KiB"]]) {
    if (Math.abs(value) >= unit) return `${Number((value / unit).toPrecision(3))} ${sign}`;
  }
  return `${value} B`;
}

/** Seconds as a duration: 9 s, 2 min 5 s, 3 h 20 min. */
export function duration(seconds) {
  if (bad(seconds)) return NONE;
  const s = Math.max(0, Math.round(seconds));
  if (s < 60) return `${s} s`;
  if (s < 3600) return s % 60 && s < 600 ? `${Math.floor(s / 60)} min ${s % 60} s` : `${Math.round(s / 60)} min`;
  const minutes = Math.round(s / 60);
  return minutes % 60 ? `${Math.floor(minutes / 60)} h ${minutes % 60} min` : `${minutes / 60} h`;
}

/** What is left, as exact as an estimate can be. */
export function estimate(seconds) {
  if (bad(seconds)) return NONE;
  if (seconds < 10) return "a few seconds";
  return seconds < 90 ? `${5 * Math.round(seconds / 5)} s` : duration(60 * Math.round(seconds / 60));
}

/** Seconds as a clock for an axis: 0:45, 1:02:10. */
export function clock(seconds) {
  if (bad(seconds)) return NONE;
  const s = Math.round(seconds);
  const two = (n) => String(n).padStart(2, "0");
  const hours = Math.floor(s / 3600);
  return hours ? `${hours}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}` : `${Math.floor(s / 60)}:${two(s % 60)}`;
}
