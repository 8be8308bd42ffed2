// Labelling preferences: one pair at a time, big keys, what was saved said at once. The kernel decides everything; here
// stands what it said (`_state`), and what was pressed goes back as a message.

import { button, el, setText } from "./dom.js";
import { number, textCell } from "./rows.js";
import { meaning } from "./vote.js";

const SAID = { left: "A is better", right: "B is better", tie: "no difference", skip: "skipped" };

/** The progress in words: what is done, what is left, what was left out. */
export function progressWords({ at, total, counts }) {
  const parts = [`${number(at)} of ${number(total)} asked`, `${number(counts.labelled)} labelled`];
  if (counts.ties) parts.push(`${number(counts.ties)} equal`);
  if (counts.skipped) parts.push(`${number(counts.skipped)} skipped`);
  if (counts.repeats) parts.push(`${number(counts.repeats)} asked again`);
  if (counts.same) parts.push(`${number(counts.same)} left out: both replies are the same`);
  return parts.join(" · ");
}

/** Who preferred what, in words; empty where nobody did. */
export const byWords = (names) => (names.length ? `preferred by ${names.join(" and ")}` : "preferred by nobody");

/** One pair on which labels differ: the prompt, both replies, and who preferred which. */
function differing({ prompt, sides, tie }) {
  const side = ({ reply, by }) =>
    el(
      "section",
      { class: "wb-answer" },
      el("div", { class: "wb-answer-head" }, el("span", { class: "wb-by", text: byWords(by) })),
      textCell(reply, { name: "reply" }),
    );
  return el(
    "li",
    { class: "wb-differing" },
    el("div", { class: "wb-part" }, textCell(prompt, { name: "prompt" })),
    el("div", { class: "wb-compared", style: { "--wb-systems": "2" } }, ...sides.map(side)),
    tie.length ? el("p", { class: "wb-by", text: `no difference to ${tie.join(" and ")}` }) : null,
  );
}

function render({ model, el: root }) {
  const act = (message) => model.send(message);
  const label = (choice) => act({ kind: "label", choice });
  const progress = el("progress", { class: "wb-work-bar", max: 1, value: 0, "aria-label": "Labelled" });
  const words = el("span", { class: "wb-progress-words", role: "status" });
  const saved = el("span", { class: "wb-label-saved", role: "status" });
  const stage = el("div", { class: "wb-vote-stage" });
  const choice = (text, key, value, title) =>
    button({ label: "", class: "wb-vote-choice wb-key-choice", title, onClick: () => label(value) });
  const keys = [
    ["A is better", "←", "left", "Left arrow, A or 1"],
    ["No difference", "↓", "tie", "Down arrow, T or 0"],
    ["B is better", "→", "right", "Right arrow, B or 2"],
    ["Skip", "S", "skip", "S"],
  ].map(([text, key, value, title]) => {
    const made = choice(text, key, value, title);
    made.setAttribute("aria-label", `${text} (${title})`);
    made.replaceChildren(el("span", { text }), el("kbd", { class: "wb-kbd", text: key, "aria-hidden": "true" }));
    return made;
  });
  const undo = button({ label: "Undo (U)", title: "Take the last label back", onClick: () => act({ kind: "undo" }) });
  const buttons = el("div", { class: "wb-vote-buttons wb-key-buttons", role: "group", "aria-label": "Your label" }, ...keys);
  const findings = el("ul", { class: "wb-findings", "aria-label": "Agreement" });
  const apartTitle = el("summary", {});
  const apartList = el("ol", { class: "wb-differing-list" });
  const apartMore = el("p", { class: "wb-label-saved" });
  const apart = el("details", { class: "wb-apart" }, apartTitle, apartList, apartMore);
  const element = el(
    "section",
    { class: "wb-vote wb-preference", tabindex: 0, "aria-label": "Pairs to label: left and right arrow choose a reply, down says no difference, S skips, U takes back" },
    el("div", { class: "wb-work" }, el("div", { class: "wb-progress-line" }, progress, words), el("div", { class: "wb-work-buttons" }, saved, undo)),
    stage,
    buttons,
    findings,
    apart,
  );
  // JupyterLab must not take the keys for its own: arrows would select another cell, "a" would make one.
  element.dataset.lmSuppressShortcuts = "true";
  element.addEventListener("keydown", (event) => {
    const wanted = meaning(event.key);
    if (!wanted || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.repeat) return; // a key that is held down must not label a pair unread
    event.preventDefault();
    event.stopPropagation();
    const state = model.get("_state");
    if (wanted === "undo") {
      if (state.undo) act({ kind: "undo" });
    } else if (state.left) label(wanted);
  });
  root.append(element);

  function draw() {
    const state = model.get("_state");
    progress.value = state.total ? state.at / state.total : 0;
    setText(words, progressWords(state));
    setText(saved, state.last ? `Saved: ${SAID[state.last]}` : "");
    undo.disabled = !state.undo;
    buttons.hidden = !state.left;
    findings.hidden = state.findings.length === 0;
    findings.replaceChildren(...state.findings.map((text) => el("li", { text })));
    if (!state.left) {
      stage.replaceChildren(el("p", { text: `All pairs are labelled. ${state.then}` }));
      return;
    }
    const side = (letter, cell) =>
      el(
        "section",
        { class: "wb-answer", "aria-label": `Reply ${letter}` },
        el("div", { class: "wb-answer-head" }, el("span", { class: "wb-vote-letter", text: letter })),
        textCell(cell, { name: `reply ${letter}` }),
      );
    stage.replaceChildren(
      el("div", { class: "wb-part" }, el("div", { class: "wb-part-label", text: "Prompt" }), textCell(state.prompt, { name: "prompt" })),
      el("div", { class: "wb-compared", style: { "--wb-systems": "2" } }, side("A", state.left), side("B", state.right)),
    );
  }
  function drawApart() {
    const { rows, total } = model.get("_apart");
    apart.hidden = total === 0;
    setText(apartTitle, `${number(total)} ${total === 1 ? "pair" : "pairs"} on which labels differ`);
    apartList.replaceChildren(...rows.map(differing));
    apartMore.hidden = rows.length === total;
    setText(apartMore, `The first ${number(rows.length)}; panel.disagreements() is the table of all.`);
  }
  model.on("change:_state", draw);
  model.on("change:_apart", drawApart);
  draw();
  drawApart();
  if (model.get("_focus")) {
    setTimeout(() => element.focus({ preventScroll: true })); // once it is in the page
    model.set("_focus", false); // and not again when it is drawn anew
    model.save_changes();
  }
  return () => {
    model.off("change:_state", draw);
    model.off("change:_apart", drawApart);
  };
}

export default { render };
