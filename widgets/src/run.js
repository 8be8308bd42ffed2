// RunPanel's view: status, curves, answers through training, and asking. One store a page, any number of views.

import { Answers } from "./answers.js";
import { Ask } from "./ask.js";
import { Curves } from "./curves.js";
import { el } from "./dom.js";
import { Guards } from "./guards.js";
import { Rollouts } from "./rollouts.js";
import { Runs } from "./runs.js";
import { Status } from "./status.js";

export default () => {
  let runs; // shared by all views of this model

  function initialize({ model }) {
    runs = new Runs((message) => model.send(message));
    const take = (message, buffers) => runs.take(message, buffers);
    model.on("msg:custom", take);
    runs.draw();
    return () => model.off("msg:custom", take);
  }

  function render({ model, el: root }) {
    root.classList.add("wb-run");
    const view = { selected: 0, hidden: new Set() };
    const waiting = el("p", { class: "wb-muted wb-waiting", text: "Waiting for the kernel…" });
    const send = (message) => model.send(message);
    const context = { model, runs, view, send, changed: () => schedule() };
    const parts = [new Status(context), new Curves(context), new Guards(context), new Rollouts(context), new Answers(context), new Ask(context)];
    const body = el("div", { class: "wb-run-body", hidden: true }, ...parts.map((part) => part.el));
    root.append(waiting, body);

    let frame = 0;
    function schedule() {
      if (!frame) frame = requestAnimationFrame(draw);
    }
    function draw() {
      frame = 0;
      waiting.hidden = runs.ready;
      body.hidden = !runs.ready;
      if (!runs.ready) return;
      view.selected = Math.min(view.selected, runs.runs.length - 1);
      for (const part of parts) part.draw();
    }
    function onNews(message) {
      for (const part of parts) part.hear?.(message);
      schedule();
    }

    runs.listeners.add(onNews);
    const traits = ["change:x", "change:smoothing", "change:log_scale"];
    for (const trait of traits) model.on(trait, schedule);
    // A hidden page draws no frames; when it is shown again it draws what came meanwhile.
    document.addEventListener("visibilitychange", schedule);
    schedule();

    return () => {
      cancelAnimationFrame(frame);
      runs.listeners.delete(onNews);
      for (const trait of traits) model.off(trait, schedule);
      document.removeEventListener("visibilitychange", schedule);
      for (const part of parts) part.destroy?.();
    };
  }

  return { initialize, render };
};
