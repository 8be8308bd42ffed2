import assert from "node:assert/strict";
import { test } from "node:test";
import { MAX_EDITS, diffWords, likeness, words } from "../src/worddiff.js";

const spell = (parts, ...kinds) => parts.filter((part) => kinds.includes(part.kind)).map((part) => part.text).join("");

function check(before, after) {
  const parts = diffWords(before, after);
  assert.equal(spell(parts, "same", "del"), before);
  assert.equal(spell(parts, "same", "ins"), after);
  parts.slice(1).forEach((part, i) => assert.notEqual(part.kind, parts[i].kind, "neighbours are joined"));
  return parts;
}

test("equal texts have one kept part, empty ones none", () => {
  assert.deepEqual(diffWords("a b", "a b"), [{ kind: "same", text: "a b" }]);
  assert.deepEqual(diffWords("", ""), []);
});

test("one changed value in a record is one deletion and one insertion", () => {
  assert.deepEqual(check('{"order": "XF33214", "name": null}', '{"order": "XF33215", "name": null}'), [
    { kind: "same", text: '{"order": "' },
    { kind: "del", text: "XF33214" },
    { kind: "ins", text: "XF33215" },
    { kind: "same", text: '", "name": null}' },
  ]);
});

test("a replaced run of words is one change, not one a word", () => {
  assert.deepEqual(check("Dear Ann, please send it back", "Dear Ann, kindly post that back"), [
    { kind: "same", text: "Dear Ann, " },
    { kind: "del", text: "please send it" },
    { kind: "ins", text: "kindly post that" },
    { kind: "same", text: " back" },
  ]);
});

test("everything new, everything gone", () => {
  assert.deepEqual(check("", "new words"), [{ kind: "ins", text: "new words" }]);
  assert.deepEqual(check("old words", ""), [{ kind: "del", text: "old words" }]);
});

test("text without spaces, right-to-left text and emoji are cut between words only", () => {
  assert.deepEqual(words("👩‍👩‍👧 שלום"), ["👩‍👩‍👧", " ", "שלום"]);
  check("我想退货", "我想换货");
  check("שלום עולם 👩‍👩‍👧", "שלום לכולם 👩‍👧");
});

test("too many edits: the middle is one change, and both texts are still spelled", () => {
  const left = Array.from({ length: MAX_EDITS }, (_, i) => `l${i}`).join(" ");
  const right = Array.from({ length: MAX_EDITS }, (_, i) => `r${i}`).join(",");
  assert.equal(check(`start ${left} end`, `start ${right} end`).length, 4);
});

test("random pairs spell both texts with the fewest kept words lost", () => {
  let seed = 7;
  const random = (n) => (seed = (seed * 1103515245 + 12345) % 2147483648) % n;
  const lcs = (a, b) => {
    const row = new Array(b.length + 1).fill(0);
    for (const x of a) {
      let diagonal = 0;
      b.forEach((y, j) => {
        const keep = row[j + 1];
        row[j + 1] = x === y ? diagonal + 1 : Math.max(row[j + 1], row[j]);
        diagonal = keep;
      });
    }
    return row[b.length];
  };
  for (let round = 0; round < 300; round += 1) {
    // Commas between the words: white space never joins two changes then, so what is kept can be counted exactly.
    const make = () => Array.from({ length: random(14) }, () => "abcde"[random(5)]).join(",");
    const [a, b] = [make(), make()];
    const parts = check(a, b);
    assert.equal(words(spell(parts, "same")).length, lcs(words(a), words(b)), `${a} -> ${b}`);
  }
});

test("likeness is the share of letters and digits that were kept", () => {
  assert.equal(likeness(diffWords("abc def", "abc def")), 1);
  assert.equal(likeness(diffWords("abc def", "abc xyz")), 0.5);
  assert.equal(likeness(diffWords('{"a": 1}', "Dear")), 0);
});
