// What the policy wrote at a step: prompt, reply with its advantages, scores. Read by the kernel when it is asked for.

import { largest, shade } from "./advantages.js";
import { el, setText, uniqueId } from "./dom.js";
import { figure, whole } from "./format.js";
import { showLetter } from "./look.js";

export class Rollouts {
  constructor(context) {
    this.context = context;
    this.at = null; // the chosen step; null follows the newest
    this.asked = "";
    this.letter = el("span", { class: "wb-letter", hidden: true });
    const id = uniqueId("rollouts");
    this.choice = el("select", { id, class: "wb-field", on: { change: () => this.choose() } });
    this.problem = el("p", { class: "wb-muted", role: "status", hidden: true });
    this.list = el("div", { class: "wb-rollout-list" });
    this.legend = el(
      "p",
      { class: "wb-rollout-legend" },
      el("span", { text: "Advantage of each token:" }),
      el("span", { class: "wb-adv wb-adv-plus", text: "+ better than expected" }),
      el("span", { class: "wb-adv wb-adv-minus", text: "− worse than expected" }),
      el("span", { text: "the deeper, the larger" }),
    );
    this.el = el(
      "section",
      { class: "wb-rollouts", "aria-label": "Rollouts", hidden: true },
      el("div", { class: "wb-section-head" }, el("h4", { text: "Rollouts" }), this.letter, el("label", { for: id, text: "Step" }), this.choice),
      this.legend,
      this.problem,
      this.list,
    );
  }

  choose() {
    this.at = this.choice.selectedIndex === 0 ? null : Number(this.choice.value);
    this.context.changed();
  }

  /** Ask for the rollouts of the step to be shown, once. */
  draw() {
    const { runs, view, send } = this.context;
    const steps = [...new Set(runs.runs[view.selected].rollouts.map(({ step }) => step))].sort((a, b) => b - a);
    this.el.hidden = steps.length === 0;
    if (this.el.hidden) return;
    showLetter(this.letter, this.context);
    if (!steps.includes(this.at)) this.at = null;
    const step = this.at ?? steps[0];
    const key = `${view.selected} ${steps.join(" ")}`;
    if (this.choice.dataset.key !== key) {
      this.choice.dataset.key = key;
      this.choice.replaceChildren(...steps.map((each, i) => el("option", { value: each, text: i === 0 ? `${whole(each)} (newest)` : whole(each) })));
    }
    this.choice.value = step;
    const wanted = `${view.selected} ${step}`;
    if (this.asked === wanted) return;
    this.asked = wanted;
    send({ kind: "rollouts", run: view.selected, step });
  }

  hear(message) {
    if (message.kind === "news" && message.runs !== undefined) this.asked = ""; // the kernel began anew
    if (message.kind !== "rollouts" || `${message.run} ${message.step}` !== this.asked) return;
    this.problem.hidden = !message.error;
    setText(this.problem, message.error ?? "");
    const most = largest(message.rollouts);
    this.legend.hidden = message.rollouts.length === 0;
    this.list.replaceChildren(...message.rollouts.map((rollout) => drawn(rollout, most)));
  }
}

function drawn(rollout, most) {
  const scores = [["reward", rollout.reward], ["gold", rollout.gold], ["KL", rollout.kl, " nats"]].filter(([, value]) => value !== null);
  const tokens = rollout.tokens.map((token, i) => {
    const { sign, depth, words } = shade(rollout.advantages[i], rollout.values[i], most);
    return el("span", { class: sign ? `wb-adv wb-adv-${sign}` : "", title: words, style: { "--wb-depth": depth }, text: token });
  });
  return el(
    "article",
    { class: "wb-rollout" },
    el("div", { class: "wb-prompt", tabindex: 0, role: "group", "aria-label": "Prompt", text: rollout.prompt }),
    el("div", { class: "wb-rollout-reply", tabindex: 0, role: "group", "aria-label": "Reply" }, ...(tokens.length ? tokens : [rollout.completion])),
    el("div", { class: "wb-rollout-scores" }, ...scores.map(([name, value, unit = ""]) => el("span", {}, `${name} `, el("strong", { text: figure(value) + unit })))),
  );
}
