// A row's tokens, a chip each. What is trained is filled and round, what is not is an outline with corners; what the
// template wrote is italic, special tokens are in small capitals; what is cut off is struck through, behind a line.

import { button, el } from "./dom.js";
import { number } from "./rows.js";

const WHITE = { " ": "·", "\t": "→", "\n": "⏎", "\r": "␍", "\u00a0": "⍽" };
const NAMES = { row: "from the row", template: "written by the template", special: "special token" };

/** A sign for what cannot be seen: white space, and by its number a control or joining character. */
function signOf(part) {
  if (part in WHITE) return WHITE[part];
  return /^[\p{Cc}\p{Cf}]$/u.test(part) ? `U+${part.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}` : null;
}

/** The text of a token with its white space made visible: parts that are text and parts that are signs. */
export function visible(text) {
  const parts = text.split(/([ \u00a0]|[\p{Cc}\p{Cf}])/u).filter(Boolean);
  return parts.map((part) => (signOf(part) ? { sign: signOf(part) } : { text: part }));
}

/** What a token is, in words: for its tooltip and for screen readers. */
export function describe(token) {
  const part = token.part ? `, part ${token.part[0]} of ${token.part[1]} of a character` : "";
  const trained = token.cut ? (token.trained ? "cut off, would be trained" : "cut off") : token.trained ? "trained" : "not trained";
  return `${JSON.stringify(token.text)}${part}: ${trained}, ${NAMES[token.kind]}. Token ${number(token.at)}, id ${token.id}`;
}

/** The tokens of a window, with all that is known of each. */
export function tokensOf(side) {
  return side.ids.map((id, i) => ({
    id,
    at: side.start + i,
    text: side.texts[i],
    trained: Boolean(side.trained[i]),
    kind: side.kinds[i],
    part: side.parts[i],
    cut: side.start + i >= side.kept,
  }));
}

/** "512 tokens, 88 of them trained (17 %)". */
export function summary({ tokens, trained, cut }) {
  const share = tokens ? ` (${Math.round((100 * trained) / tokens)} %)` : "";
  const lost = cut ? `; ${number(cut)} more are cut off` : "";
  return `${number(tokens)} ${tokens === 1 ? "token" : "tokens"}, ${number(trained)} of them trained${share}${lost}`;
}

function chip(token) {
  const marks = [token.trained ? "wb-tok-trained" : "wb-tok-plain", `wb-tok-${token.kind}`];
  if (token.cut) marks.push("wb-tok-cut");
  if (token.part) marks.push("wb-tok-part");
  const body = el("span", { class: "wb-tok-text", dir: "auto" });
  if (token.part && token.part[0] > 1) body.append(el("span", { class: "wb-tok-sign", text: `${token.part[0]}/${token.part[1]}` }));
  else if (token.text === "") body.append(el("span", { class: "wb-tok-sign", text: "∅" }));
  else for (const part of visible(token.text)) body.append(part.sign ? el("span", { class: "wb-tok-sign", text: part.sign }) : part.text);
  const words = describe(token);
  return el("span", { class: `wb-tok ${marks.join(" ")}`, role: "listitem", title: words, "aria-label": words }, body, el("span", { class: "wb-tok-id", text: String(token.id) }));
}

function cutMark(side, limit) {
  const { cut, cut_trained: trained } = side.counts;
  const lost = `${number(cut)} ${cut === 1 ? "token is" : "tokens are"} lost`;
  const taught = trained ? `${number(trained)} of them would have been trained` : "none of them would have been trained";
  return el("div", { class: "wb-tok-border", role: "listitem" }, el("span", { text: `Cut here, at ${number(limit)} tokens: ${lost}, ${taught}.` }));
}

function oneSide(side, state, onStart) {
  const list = el("div", { class: "wb-toks", role: "list", "aria-label": side.name ? `Tokens of the ${side.name} answer` : "Tokens" });
  for (const token of tokensOf(side)) {
    if (token.at === side.kept && side.counts.cut) list.append(cutMark(side, state.limit));
    list.append(chip(token));
    if (token.text.endsWith("\n")) list.append(el("br"));
  }
  const title = side.name ? el("div", { class: "wb-tok-side" }, el("span", { text: side.name })) : null;
  return el("section", { class: "wb-tok-column" }, title, el("p", { class: "wb-tok-summary", text: summary(side.counts) }), list, more(side, state, onStart));
}

/** Where a row has more tokens than are drawn: which these are, and ways to others. */
function more(side, state, onStart) {
  if (side.total <= state.window) return null;
  const last = Math.min(side.total, side.start + side.ids.length);
  const page = (start) => Math.floor(start / state.window) * state.window;
  const go = (label, start) => button({ label, onClick: () => onStart(start) });
  const ways = [
    side.start > 0 ? go("Earlier tokens", Math.max(0, side.start - state.window)) : null,
    last < side.total ? go("Later tokens", side.start + state.window) : null,
    side.first_trained === null ? null : go("First trained token", page(side.first_trained)),
    side.counts.cut ? go("Where it is cut", page(side.kept)) : null,
  ];
  return el("div", { class: "wb-tok-more" }, el("span", { class: "wb-muted", text: `Tokens ${number(side.start)} to ${number(last - 1)} of ${number(side.total)}` }), ...ways);
}

/** What the shapes mean, by example. */
export function legend() {
  const example = (text, trained, kind, cut, words) =>
    el("span", { class: "wb-tok-key" }, el("span", { "aria-hidden": "true" }, chip({ text, trained, kind, cut, part: null, id: "", at: 0 })), el("span", { text: words }));
  return el(
    "div",
    { class: "wb-tok-legend", "aria-label": "Legend" },
    example("text", true, "row", false, "trained"),
    example("text", false, "row", false, "not trained"),
    example("text", false, "template", false, "written by the template"),
    example("end", false, "special", false, "special token"),
    example("text", false, "row", true, "cut off"),
  );
}

/**
 * The tokens of a row, or of both answers of a pair side by side.
 * @param {{sides: object[], limit: number|null, window: number}} state
 * @param {(start: number) => void} onStart called for tokens further on
 */
export function tokenSides(state, onStart) {
  return el("div", { class: `wb-tok-sides${state.sides.length > 1 ? " wb-tok-pair" : ""}` }, ...state.sides.map((side) => oneSide(side, state, onStart)));
}
