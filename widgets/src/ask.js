// Ask it now: a prompt of one's own, answered by the model as it is at this step.

import { el, icon, setText, uniqueId } from "./dom.js";
import { whole } from "./format.js";
import { showLetter } from "./look.js";

const SILENCE_MS = 8000;

export class Ask {
  constructor(context) {
    this.context = context;
    this.pending = null; // {id, run, prompt, heard}
    const ids = { prompt: uniqueId("prompt"), tokens: uniqueId("tokens"), temperature: uniqueId("temperature") };
    this.title = el("h4", { text: "Ask it now" });
    this.letter = el("span", { class: "wb-letter", hidden: true });
    this.hint = el("span", { class: "wb-muted" });
    this.prompt = el("textarea", {
      id: ids.prompt,
      class: "wb-field wb-ask-prompt",
      rows: 2,
      placeholder: "Type a prompt. Ctrl+Enter asks.",
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
    this.tokens = el("input", { id: ids.tokens, class: "wb-field wb-short", type: "number", min: 1, max: 4096, step: 1, value: 128 });
    this.temperature = el("input", { id: ids.temperature, class: "wb-field wb-short", type: "number", min: 0, max: 2, step: 0.1, value: 0 });
    this.buttonWord = el("span", { text: "Ask" });
    this.button = el("button", { type: "button", class: "wb-button wb-primary", on: { click: () => this.ask() } }, icon("send"), this.buttonWord);
    this.error = el("div", { class: "wb-notice wb-notice-warning", role: "alert", hidden: true }, icon("warning"), el("span", { class: "wb-notice-text" }));
    this.list = el("div", { class: "wb-asked", role: "log", "aria-label": "Answers to your prompts" });
    this.el = el(
      "section",
      { class: "wb-ask", "aria-label": "Ask it now" },
      el("div", { class: "wb-section-head" }, this.title, this.letter, this.hint),
      el("label", { class: "wb-visually-hidden", for: ids.prompt, text: "Prompt" }),
      this.prompt,
      el(
        "div",
        { class: "wb-ask-line" },
        el("label", { for: ids.tokens, text: "At most" }),
        this.tokens,
        el("span", { text: "new tokens" }),
        el("label", { for: ids.temperature, text: "Temperature" }),
        this.temperature,
        this.button,
      ),
      this.error,
      this.list,
    );
  }

  ask() {
    const { view, send, changed } = this.context;
    const prompt = this.prompt.value;
    if (!prompt.trim() || this.pending) return;
    const asked = { id: uniqueId("ask"), run: view.selected, prompt, heard: false };
    this.pending = asked;
    this.say("");
    send({ kind: "ask", id: asked.id, run: asked.run, prompt, max_new_tokens: Number(this.tokens.value) || 128, temperature: Number(this.temperature.value) || 0 });
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
    const live = state.status === "running";
    setText(this.hint, live ? "the model as it is at this step answers" : state.status === "queued" ? "it answers once it trains" : "the weights that were kept answer");
    const busy = this.pending !== null;
    this.button.disabled = busy || state.status === "queued" || !this.prompt.value.trim();
    setText(this.buttonWord, busy ? "Asking…" : "Ask");
    const answers = runs.answers.filter((answer) => answer.run === view.selected);
    const key = answers.map((answer) => answer.id).join(" ");
    if (this.list.dataset.key === key) return;
    this.list.dataset.key = key;
    this.list.replaceChildren(...answers.reverse().map(card));
  }
}

function card({ prompt, answer, step, error }) {
  const when = step === null || step === undefined ? "kept weights" : `step ${whole(step)}`;
  const text = error
    ? el("div", { class: "wb-notice wb-notice-warning" }, icon("warning"), el("span", { class: "wb-notice-text", text: error }))
    : el("div", { class: "wb-box-text", text: answer || "an empty answer" });
  return el("article", { class: "wb-box" }, el("div", { class: "wb-box-head" }, el("span", { class: "wb-asked-prompt", text: prompt }), error ? null : el("span", { class: "wb-match", text: when })), text);
}
