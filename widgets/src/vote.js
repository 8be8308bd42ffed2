// A blind vote: the prompt, two answers that nobody has signed, and keys to say which is better.

import { button, el, setText } from "./dom.js";
import { number, textCell } from "./rows.js";

const KEYS = { ArrowLeft: "left", a: "left", 1: "left", ArrowRight: "right", b: "right", 2: "right", ArrowDown: "tie", t: "tie", 0: "tie", s: "skip" };

/** What a key means in a vote: a choice, "undo", or null. */
export function meaning(key) {
  if (key === "Backspace" || key === "u") return "undo";
  return KEYS[key] ?? null;
}

/**
 * @param {(kind: string, value?: string) => void} send `start`, `vote` with a choice, `undo`, `reveal`, `close`
 */
export function voteView(send) {
  const open = button({ label: "Blind vote", icon: "evaluate", title: "Say which answer is better without knowing whose it is", onClick: () => send("start") });
  const progress = el("progress", { class: "wb-work-bar", max: 1, value: 0, "aria-label": "Votes" });
  const words = el("span", { class: "wb-progress-words", role: "status" });
  const stage = el("div", { class: "wb-vote-stage" });
  const choice = (label, value, hint) => button({ label: `${label} (${hint})`, class: "wb-vote-choice", onClick: () => send("vote", value) });
  const buttons = el(
    "div",
    { class: "wb-vote-buttons", role: "group", "aria-label": "Your vote" },
    choice("A is better", "left", "←"),
    choice("No difference", "tie", "↓"),
    choice("B is better", "right", "→"),
    choice("Skip", "skip", "S"),
  );
  const undo = button({ label: "Undo (U)", onClick: () => send("undo") });
  const reveal = button({ label: "Reveal names", icon: "completed", onClick: () => send("reveal") });
  const close = button({ label: "Back to the rows", onClick: () => send("close") });
  const element = el(
    "section",
    { class: "wb-vote", tabindex: 0, hidden: true, "aria-label": "Blind vote: left and right arrow choose an answer, down says no difference, S skips, U takes back" },
    el("div", { class: "wb-work" }, el("div", { class: "wb-progress-line" }, progress, words), el("div", { class: "wb-work-buttons" }, undo, reveal, close)),
    stage,
    buttons,
  );
  // JupyterLab must not take the keys for its own: arrows would select another cell, "a" would make one.
  element.dataset.lmSuppressShortcuts = "true";
  let state = { open: false };
  element.addEventListener("keydown", (event) => {
    const wanted = meaning(event.key);
    if (!wanted || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    if (wanted === "undo") {
      if (state.undo) send("undo");
    } else if (state.left) send("vote", wanted);
  });

  function draw() {
    if (state.result) {
      const rows = state.result.rows.map(({ row, left, right, preferred, choice: said }) =>
        el("tr", {}, el("th", { scope: "row", text: number(row) }), el("td", { text: left }), el("td", { text: right }), el("td", { text: preferred || (said === "skip" ? "skipped" : "no difference") })),
      );
      const heads = ["Row", "Left (A)", "Right (B)", "Preferred"].map((text) => el("th", { scope: "col", text }));
      return [
        el("p", { class: "wb-vote-sentence", text: state.result.sentence }),
        el("div", { class: "wb-scroll", tabindex: 0, role: "region", "aria-label": "Votes" }, el("table", { class: "wb-table" }, el("thead", {}, el("tr", {}, ...heads)), el("tbody", {}, ...rows))),
      ];
    }
    if (!state.left) return [el("p", { text: "All rows are voted on. Reveal the names to see what came of it." })];
    const side = (letter, cell) => el("section", { class: "wb-answer", "aria-label": `Answer ${letter}` }, el("div", { class: "wb-answer-head" }, el("span", { class: "wb-vote-letter", text: letter })), textCell(cell, { name: `answer ${letter}` }));
    return [
      el("div", { class: "wb-part" }, el("div", { class: "wb-part-label", text: "Prompt" }), textCell(state.prompt, { name: "prompt" })),
      el("div", { class: "wb-compared", style: { "--wb-systems": "2" } }, side("A", state.left), side("B", state.right)),
    ];
  }

  return {
    open,
    element,
    update(changed) {
      const was = state;
      state = changed;
      open.hidden = changed.open || !(changed.can || changed.begun);
      setText(open.querySelector("span"), changed.begun ? "Go on with the blind vote" : "Blind vote");
      element.hidden = !changed.open;
      if (!changed.open) return;
      progress.value = changed.total ? changed.at / changed.total : 0;
      const same = changed.same ? `; ${number(changed.same)} rows have the same answer twice and count as no difference` : "";
      setText(words, `${number(changed.at)} of ${number(changed.total)} voted on${same}`);
      undo.disabled = !changed.undo;
      reveal.hidden = Boolean(changed.result);
      reveal.disabled = !changed.at;
      buttons.hidden = !changed.left;
      stage.replaceChildren(...draw());
      if (!was.open) element.focus();
    },
  };
}
