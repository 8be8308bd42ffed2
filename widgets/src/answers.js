// The probes' answers as they change through training: before, at a step, and what was wanted.

import { button, el, icon, setText, uniqueId } from "./dom.js";
import { whole } from "./format.js";
import { showLetter } from "./look.js";
import { diffWords } from "./worddiff.js";

export class Answers {
  constructor(context) {
    this.context = context;
    this.probe = null;
    this.at = null; // index among the steps; null follows the latest
    const probeId = uniqueId("probe");
    const stepId = uniqueId("step");
    this.letter = el("span", { class: "wb-letter", hidden: true });
    this.choice = el("select", { id: probeId, class: "wb-field wb-probe", on: { change: () => this.choose(Number(this.choice.value)) } });
    this.slider = el("input", { id: stepId, type: "range", min: 0, step: 1, on: { input: () => this.move(Number(this.slider.value)) } });
    this.stepWords = el("output", { class: "wb-slider-value", for: stepId });
    this.prompt = el("div", { class: "wb-prompt", tabindex: 0, role: "group", "aria-label": "Prompt" });
    this.boxes = { before: box("Before training"), now: box("Now"), reference: box("Reference") };
    this.el = el(
      "section",
      { class: "wb-answers", "aria-label": "Answers through training", hidden: true },
      el(
        "div",
        { class: "wb-section-head" },
        el("h4", { text: "Answers through training" }),
        this.letter,
        el(
          "div",
          { class: "wb-probe-choice" },
          button({ label: "Previous probe", icon: "previous", hideLabel: true, class: "wb-quiet", onClick: () => this.turn(-1) }),
          el("label", { for: probeId, class: "wb-visually-hidden", text: "Probe" }),
          this.choice,
          button({ label: "Next probe", icon: "next", hideLabel: true, class: "wb-quiet", onClick: () => this.turn(1) }),
        ),
      ),
      this.prompt,
      el("div", { class: "wb-slider wb-step-slider" }, el("label", { for: stepId, text: "Step" }), this.slider, this.stepWords),
      el("div", { class: "wb-boxes" }, this.boxes.before.el, this.boxes.now.el, this.boxes.reference.el),
    );
  }

  choose(probe) {
    this.probe = probe;
    this.context.changed();
  }

  turn(by) {
    const probes = this.probes();
    this.choose(probes[(probes.indexOf(this.probe) + by + probes.length) % probes.length]);
  }

  move(index) {
    this.at = index === Number(this.slider.max) ? null : index;
    this.context.changed();
  }

  run() {
    const { runs, view } = this.context;
    return runs.runs[view.selected];
  }

  probes() {
    return Object.keys(this.run().probes).map(Number).sort((a, b) => a - b);
  }

  draw() {
    const run = this.run();
    const steps = [...run.samples.keys()].sort((a, b) => a - b);
    this.el.hidden = steps.length === 0;
    if (this.el.hidden) return;
    showLetter(this.letter, this.context);
    const probes = this.probes();
    if (!probes.includes(this.probe)) this.probe = probes[0];
    this.drawChoice(probes, run.probes);

    const index = this.at === null ? steps.length - 1 : Math.min(this.at, steps.length - 1);
    this.slider.max = steps.length - 1;
    this.slider.value = index;
    this.slider.disabled = steps.length < 2;
    const step = steps[index];
    const words = step === 0 ? "before training" : `${whole(step)}${this.at === null ? " (latest)" : ""}`;
    setText(this.stepWords, words);
    this.slider.setAttribute("aria-valuetext", `step ${words}`);

    const { prompt, reference } = run.probes[this.probe];
    setText(this.prompt, prompt);
    fill(this.boxes.before, `Step ${whole(steps[0])}${steps[0] === 0 ? ", before training" : ""}`, run.samples.get(steps[0]).get(this.probe), reference);
    fill(this.boxes.now, `Step ${whole(step)}`, run.samples.get(step).get(this.probe), reference);
    fill(this.boxes.reference, "Reference", reference, null);
    this.boxes.reference.el.hidden = !reference;
  }

  drawChoice(probes, known) {
    const key = probes.join(" ");
    if (this.choice.dataset.key !== key) {
      this.choice.dataset.key = key;
      this.choice.replaceChildren(
        ...probes.map((probe) => {
          const start = known[probe].prompt.replace(/\s+/g, " ").slice(0, 60);
          return el("option", { value: probe, text: `${probe + 1} of ${probes.length}: ${start}` });
        }),
      );
    }
    this.choice.value = this.probe;
  }
}

function box(title) {
  const heading = el("span", { text: title });
  const mark = el("span", { class: "wb-match" });
  const text = el("div", { class: "wb-box-text", tabindex: 0, role: "group", "aria-label": title });
  return { el: el("div", { class: "wb-box" }, el("div", { class: "wb-box-head" }, heading, mark), text), heading, mark, text };
}

/** Show an answer; beside a reference say whether they are the same, and underline the words that are not in it. */
function fill(target, title, answer, reference) {
  const key = JSON.stringify([title, answer, reference]);
  if (target.key === key) return;
  target.key = key;
  setText(target.heading, title);
  target.text.setAttribute("aria-label", title);
  if (answer === undefined) {
    target.text.replaceChildren(el("span", { class: "wb-muted", text: "no answer at this step" }));
    target.mark.replaceChildren();
    return;
  }
  if (!reference) {
    target.text.replaceChildren(answer);
    target.mark.replaceChildren();
    return;
  }
  const same = answer.trim() === reference.trim();
  target.mark.className = `wb-match ${same ? "wb-match-same" : ""}`;
  target.mark.replaceChildren(...(same ? [icon("check"), "same as the reference"] : ["differs"]));
  const parts = same ? [] : diffWords(reference, answer).filter((part) => part.kind !== "del");
  const other = parts.filter((part) => part.kind === "ins").reduce((size, part) => size + part.text.length, 0);
  // An answer that has next to nothing in common with the reference would be one long underline.
  if (same || other > 0.7 * answer.length) target.text.replaceChildren(answer);
  else target.text.replaceChildren(...parts.map((part) => (part.kind === "ins" && part.text.trim() ? el("mark", { class: "wb-other", text: part.text }) : part.text)));
  if (!answer) target.text.replaceChildren(el("span", { class: "wb-muted", text: "an empty answer" }));
}
