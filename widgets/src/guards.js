// What tuning may have broken: a light each, as shape, word and colour, with its number and a sentence.

import { el, setText } from "./dom.js";

const SIGNS = { red: "■", amber: "▲", green: "●", grey: "○" };
const ORDER = Object.keys(SIGNS);

export class Guards {
  constructor(context) {
    this.context = context;
    this.words = el("p", { class: "wb-help" });
    this.cards = el("div", { class: "wb-guards" });
    this.el = el("section", { class: "wb-guarded", "aria-label": "Guards", hidden: true }, el("div", { class: "wb-section-head" }, el("h4", { text: "What tuning may have broken" })), this.words, this.cards);
  }

  draw() {
    const { runs, view } = this.context;
    const guards = runs.runs[view.selected].state.guards;
    this.el.hidden = !guards;
    if (!guards) return;
    // Guards that were never started, or were stopped, say only that.
    const none = guards.length === 1 && guards[0].name === "guards";
    const words = none ? guards[0].sentence : guards.length ? "" : "The guards are looking at the tuned model; this takes no time from runs.";
    setText(this.words, words);
    this.words.hidden = !words;
    this.cards.hidden = none;
    const print = JSON.stringify(guards);
    if (this.cards.dataset.print === print) return;
    this.cards.dataset.print = print;
    this.cards.replaceChildren(...worstFirst(guards).map(card));
  }
}

export function worstFirst(guards) {
  return [...guards].sort((a, b) => ORDER.indexOf(a.light) - ORDER.indexOf(b.light));
}

function card({ name, light, figure, sentence }) {
  return el(
    "div",
    { class: "wb-guard" },
    el("div", { class: `wb-light wb-light-${light}`, text: `${SIGNS[light]} ${light}` }),
    el("div", { class: "wb-guard-name", text: name }),
    el("div", { class: "wb-guard-figure", text: figure }),
    el("div", { text: sentence }),
  );
}
