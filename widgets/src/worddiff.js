// Word diff of two texts: which words were left out, put in, kept.
//
// Myers' greedy algorithm (An O(ND) Difference Algorithm, 1986) over words as the Unicode rules cut them, so text
// without spaces between words works too. The parts that come back always spell both texts:
// same + del = the first, same + ins = the second.

const segmenter = new Intl.Segmenter(undefined, { granularity: "word" });

/** More edits than this are not worth reading word by word: the differing middle is then one change. */
export const MAX_EDITS = 800;

/** The most words compared on either side, for the same reason. */
export const MAX_WORDS = 20000;

/** Cut a text into words, spaces and signs; joined they are the text again. */
export function words(text) {
  return Array.from(segmenter.segment(text), (part) => part.segment);
}

/**
 * The difference of two texts.
 * @param {string} before
 * @param {string} after
 * @returns {{kind: "same"|"del"|"ins", text: string}[]} in reading order; a deletion comes before the insertion it meets
 */
export function diffWords(before, after) {
  if (before === after) return before ? [{ kind: "same", text: before }] : [];
  const a = words(before);
  const b = words(after);
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) head += 1;
  let tail = 0;
  while (tail < a.length - head && tail < b.length - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail += 1;

  const middle = edits(a.slice(head, a.length - tail), b.slice(head, b.length - tail));
  const parts = [
    ...a.slice(0, head).map((text) => ({ kind: "same", text })),
    ...middle,
    ...a.slice(a.length - tail).map((text) => ({ kind: "same", text })),
  ];
  return readable(parts);
}

function edits(a, b) {
  const everything = [...a.map((text) => ({ kind: "del", text })), ...b.map((text) => ({ kind: "ins", text }))];
  if (!a.length || !b.length || a.length > MAX_WORDS || b.length > MAX_WORDS) return everything;
  const trail = furthest(a, b);
  return trail ? walkBack(a, b, trail) : everything;
}

// For each number of edits d, how far down each diagonal k = x - y one gets; null beyond MAX_EDITS.
function furthest(a, b) {
  const limit = Math.min(MAX_EDITS, a.length + b.length);
  const trail = [];
  let reached = new Int32Array(2 * limit + 3);
  const zero = limit + 1;
  for (let d = 0; d <= limit; d += 1) {
    trail.push(reached.slice(zero - d - 1, zero + d + 2));
    for (let k = -d; k <= d; k += 2) {
      const down = k === -d || (k !== d && reached[zero + k - 1] < reached[zero + k + 1]);
      let x = down ? reached[zero + k + 1] : reached[zero + k - 1] + 1;
      while (x < a.length && x - k < b.length && a[x] === b[x - k]) x += 1;
      reached[zero + k] = x;
      if (x >= a.length && x - k >= b.length) return trail;
    }
  }
  return null;
}

function walkBack(a, b, trail) {
  const parts = [];
  let x = a.length;
  let y = b.length;
  for (let d = trail.length - 1; d >= 0; d -= 1) {
    const reached = (k) => trail[d][k + d + 1];
    const k = x - y;
    const down = k === -d || (k !== d && reached(k - 1) < reached(k + 1));
    const previous = down ? k + 1 : k - 1;
    const fromX = d === 0 ? 0 : reached(previous);
    const fromY = d === 0 ? 0 : fromX - previous;
    while (x > fromX && y > fromY) {
      x -= 1;
      y -= 1;
      parts.push({ kind: "same", text: a[x] });
    }
    if (d === 0) break;
    if (down) {
      y -= 1;
      parts.push({ kind: "ins", text: b[y] });
    } else {
      x -= 1;
      parts.push({ kind: "del", text: a[x] });
    }
  }
  return parts.reverse();
}

// White space kept between two changes joins them ("a b" -> "c d" is one change), and each run of changes becomes
// one deletion and one insertion.
function readable(parts) {
  const out = [];
  let deleted = "";
  let inserted = "";
  let space = "";
  const put = (kind, text) => {
    if (!text) return;
    const last = out[out.length - 1];
    if (last && last.kind === kind) last.text += text;
    else out.push({ kind, text });
  };
  const flush = () => {
    put("del", deleted);
    put("ins", inserted);
    put("same", space);
    deleted = inserted = space = "";
  };
  for (const { kind, text } of parts) {
    if (kind === "same") {
      if ((deleted || inserted) && !space && /^\s+$/u.test(text)) space = text;
      else {
        flush();
        put("same", text);
      }
      continue;
    }
    if (space && deleted && inserted) {
      deleted += space;
      inserted += space;
      space = "";
    } else if (space) flush();
    if (kind === "del") deleted += text;
    else inserted += text;
  }
  flush();
  return out;
}

/** How much of the longer text was kept, 0 to 1, counting letters and digits only. */
export function likeness(parts) {
  const size = (...kinds) =>
    parts.reduce((sum, part) => sum + (kinds.includes(part.kind) ? part.text.replace(/[^\p{L}\p{N}]/gu, "").length : 0), 0);
  return size("same") / Math.max(size("same", "del"), size("same", "ins"), 1);
}
