// Ask it now: a prompt of one's own, answered by the model as it is at this step; a reward model scores a reply to it.

import { el, icon, setText, uniqueId } from "./dom.js";
import { figure, whole } from "./format.js";
import { showLetter } from "./look.js";

const SILENCE_MS = 8000;
const TITLES = { true: "Ask it now", false: "Score it now" };
const WORDS = { true: ["Ask", "Asking…"], false: ["Score", "Scoring…"] };

export class Ask {
  constructor(context) {
    this.context = context;
    this.pending = null; // {id, run, prompt, heard}
    const ids = { prompt: uniqueId("prompt"), reply: uniqueId("reply"), tokens: uniqueId("tokens"), temperature: uniqueId("temperature") };
    this.title = el("h4", { text: TITLES.true });
    this.letter = el("span", { class: "wb-letter", hidden: true });
    this.hint = el("span", { class: "wb-muted" });
    this.prompt = this.field(ids.prompt);
    this.reply = this.field(ids.reply, "Type a reply to it. Ctrl+Enter scores it.");
    this.tokens = el("input", { id: ids.tokens, class: "wb-field wb-short", type: "number", min: 1, max: 4096, step: 1, value: 128 });
    this.temperature = el("input", { id: ids.temperature, class: "wb-field wb-short", type: "number", min: 0, max: 2, step: 0.1, value: 0 });
    this.buttonWord = el("span", { text: "Ask" });
    this.button = el("button", { type: "button", class: "wb-button wb-primary", on: { click: () => this.ask() } }, icon("send"), this.buttonWord);
    this.error = el("div", { class: "wb-notice wb-notice-warning", role: "alert", hidden: true }, icon("warning"), el("span", { class: "wb-notice-text" }));
    this.list = el("div", { class: "wb-asked", role: "log", "aria-label": "Answers to your prompts" });
    this.replyLabel = el("label", { class: "wb-visually-hidden", for: ids.reply, text: "Reply" });
    this.decoding = [
      el("label", { for: ids.tokens, text: "At most" }),
      this.tokens,
      el("span", { text: "new tokens" }),
      el("label", { for: ids.temperature, text: "Temperature" }),
      this.temperature,
    ];
    this.el = el(
      "section",
      { class: "wb-ask" },
      el("div", { class: "wb-section-head" }, this.title, this.letter, this.hint),
      el("label", { class: "wb-visually-hidden", for: ids.prompt, text: "Prompt" }),
      this.prompt,
      this.replyLabel,
      this.reply,
      el("div", { class: "wb-ask-line" }, ...this.decoding, this.button),
      this.error,
      this.list,
    );
  }

  field(id, placeholder = "") {
    return el("textarea", {
      id,
      class: "wb-field wb-ask-prompt",
      rows: 2,
      placeholder,
      on: {
        // JupyterLab must not take these keys for its own.
        keydown: (event) => {
          event.stopPropagation();
          if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
            event.preventDefault();
            this.ask();
          }
        },
        input: () => this.context.changed(),
      },
    });
  }

  /** Whether the model answers; one that does not scores a reply that is given. */
  get answers() {
    const { runs, view } = this.context;
    return runs.runs[view.selected].state.answers !== false;
  }

  get complete() {
    return this.prompt.value.trim() !== "" && (this.answers || this.reply.value.trim() !== "");
  }

  ask() {
    const { view, send, changed } = this.context;
    const prompt = this.prompt.value;
    if (!this.complete || this.pending) return;
    const asked = { id: uniqueId("ask"), run: view.selected, prompt, heard: false };
    this.pending = asked;
    this.say("");
    const more = this.answers ? { max_new_tokens: Number(this.tokens.value) || 128, temperature: Number(this.temperature.value) || 0 } : { reply: this.reply.value };
    send({ kind: "ask", id: asked.id, run: asked.run, prompt, ...more });
    setTimeout(() => {
      if (this.pending !== asked || asked.heard) return;
      this.pending = null;
      this.say("The kernel has not taken the question: it is busy or gone.");
      changed();
    }, SILENCE_MS);
    changed();
  }

  hear(message) {
    if (message.kind === "heard" && message.name === "ask" && this.pending?.id === message.id) this.pending.heard = true;
    if (message.answers?.some((answer) => answer.id === this.pending?.id)) this.pending = null;
  }

  say(text) {
    setText(this.error.lastChild, text);
    this.error.hidden = !text;
  }

  draw() {
    const { runs, view } = this.context;
    const { state } = runs.runs[view.selected];
    showLetter(this.letter, this.context);
    const answers = this.answers;
    setText(this.title, TITLES[answers]);
    this.el.setAttribute("aria-label", TITLES[answers]);
    setText(this.hint, hint(state.status, answers));
    this.prompt.placeholder = answers ? "Type a prompt. Ctrl+Enter asks." : "Type a prompt.";
    for (const part of [this.replyLabel, this.reply]) part.hidden = answers;
    for (const part of this.decoding) part.hidden = !answers;
    const busy = this.pending !== null;
    this.button.disabled = busy || state.status === "queued" || !this.complete;
    setText(this.buttonWord, WORDS[answers][Number(busy)]);
    const given = runs.answers.filter((answer) => answer.run === view.selected);
    const key = given.map((answer) => answer.id).join(" ");
    if (this.list.dataset.key === key) return;
    this.list.dataset.key = key;
    this.list.replaceChildren(...given.reverse().map(card));
  }
}

function hint(status, answers) {
  if (!answers) return status === "completed" ? "what the reward model gives a reply; higher is better" : "the weights kept last score a reply; higher is better";
  if (status === "running") return "the model as it is at this step answers";
  return status === "queued" ? "it answers once it trains" : "the weights that were kept answer";
}

function card({ prompt, answer, score, step, error }) {
  const weights = step === null || step === undefined ? "kept weights" : `step ${whole(step)}`;
  const when = score === undefined ? weights : `reward ${figure(score)}`;
  const text = error
    ? el("div", { class: "wb-notice wb-notice-warning" }, icon("warning"), el("span", { class: "wb-notice-text", text: error }))
    : el("div", { class: "wb-box-text", text: answer || "an empty answer" });
  return el("article", { class: "wb-box" }, el("div", { class: "wb-box-head" }, el("span", { class: "wb-asked-prompt", text: prompt }), error ? null : el("span", { class: "wb-match", text: when })), text);
}
