// The head of every panel: its title, Copy as code, what went wrong in words, and a notice when the kernel is gone.

import { button, el, icon, setText } from "./dom.js";

/** The pump sends a beat a second; a kernel held by a long C call may miss a few. */
export const SILENCE_MS = 6000;

const GONE = "The kernel no longer answers. If it was restarted, run this cell again to reconnect; runs go on without it.";

/** Put text on the clipboard; pages that are not served from localhost or over https have only the old way. */
async function copyText(text, field) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const range = document.createRange();
    range.selectNodeContents(field);
    const selection = window.getSelection();
    selection.removeAllRanges();
    selection.addRange(range);
    try {
      return document.execCommand("copy");
    } catch {
      return false;
    }
  }
}

function render({ model, el: root }) {
  root.classList.add("wb-header");
  const title = el("h3", { class: "wb-title" });
  const subtitle = el("span", { class: "wb-subtitle" });

  const codeText = el("code");
  const codeBlock = el("pre", { class: "wb-code-text", tabindex: 0, "aria-label": "This panel as Python code" }, codeText);
  const codeBox = el("div", { class: "wb-code", hidden: true }, codeBlock);
  const copyLabel = el("span", { text: "Copy as code" });
  const copyButton = el(
    "button",
    { type: "button", class: "wb-button wb-copy", title: "The Python code that makes this panel", "aria-expanded": "false", on: { click: onCopy } },
    icon("copy"),
    copyLabel,
  );
  codeBox.append(button({ label: "Close the code", icon: "close", hideLabel: true, class: "wb-quiet", onClick: closeCode }));
  const spoken = el("span", { class: "wb-visually-hidden", role: "status" });

  const errorText = el("span", { class: "wb-notice-text" });
  const error = el(
    "div",
    { class: "wb-notice wb-notice-error", role: "alert", hidden: true },
    icon("warning"),
    errorText,
    button({ label: "Dismiss", icon: "close", hideLabel: true, class: "wb-quiet", onClick: dismiss }),
  );
  const gone = el("div", { class: "wb-notice wb-notice-warning wb-gone", role: "status", hidden: true }, icon("warning"), el("span", { class: "wb-notice-text" }));

  root.append(
    el("div", { class: "wb-header-line" }, el("div", { class: "wb-titles" }, title, subtitle), copyButton, spoken),
    codeBox,
    gone,
    error,
  );

  let resetLabel = 0;
  async function onCopy() {
    codeText.textContent = model.get("_code");
    codeBox.hidden = false;
    copyButton.setAttribute("aria-expanded", "true");
    const copied = await copyText(model.get("_code"), codeText);
    setText(copyLabel, copied ? "Copied" : "Select it below");
    setText(spoken, copied ? "Copied to the clipboard" : "The clipboard is closed to this page: select the code below and copy it");
    clearTimeout(resetLabel);
    resetLabel = setTimeout(() => {
      setText(copyLabel, "Copy as code");
      setText(spoken, "");
    }, 2500);
  }

  function closeCode() {
    codeBox.hidden = true;
    copyButton.setAttribute("aria-expanded", "false");
    copyButton.focus();
  }

  function dismiss() {
    model.set("_error", "");
    model.save_changes();
  }

  function draw() {
    setText(title, model.get("_title"));
    setText(subtitle, model.get("_subtitle"));
    subtitle.title = model.get("_subtitle");
    setText(errorText, model.get("_error"));
    error.hidden = !model.get("_error");
    if (!codeBox.hidden) setText(codeText, model.get("_code"));
  }

  let heard = Date.now();
  function onBeat(message) {
    if (message.kind === "beat") {
      heard = Date.now();
      watch();
    }
    // What is shown now may be far shorter than what was: then the panel's head would be out of sight.
    const box = root.closest(".wb-panel");
    if (message.kind === "top" && box && box.getBoundingClientRect().top < 0) box.scrollIntoView({ block: "start" });
  }
  // The widget manager marks the views of a kernel that was restarted or lost, after it fires this event.
  function onCommLive() {
    setTimeout(watch, 0);
  }
  function onLive() {
    heard = Date.now();
    watch();
  }
  function watch() {
    const silent = model.get("_live") && Date.now() - heard > SILENCE_MS;
    const show = silent || root.closest(".jupyter-widgets-disconnected") !== null;
    if (gone.hidden === show) {
      setText(gone.querySelector(".wb-notice-text"), show ? GONE : "");
      gone.hidden = !show;
    }
  }
  // Timers of a hidden page sleep: when it comes back, give the beats that wait in the queue a moment to arrive.
  function onVisible() {
    if (!document.hidden) heard = Math.max(heard, Date.now() - SILENCE_MS / 2);
  }

  const timer = setInterval(watch, 1000);
  document.addEventListener("visibilitychange", onVisible);
  const drawn = ["change:_title", "change:_subtitle", "change:_code", "change:_error"];
  for (const event of drawn) model.on(event, draw);
  model.on("change:_live", onLive);
  model.on("msg:custom", onBeat);
  model.on("comm_live_update", onCommLive);
  draw();

  return () => {
    clearInterval(timer);
    clearTimeout(resetLabel);
    document.removeEventListener("visibilitychange", onVisible);
    for (const event of drawn) model.off(event, draw);
    model.off("change:_live", onLive);
    model.off("msg:custom", onBeat);
    model.off("comm_live_update", onCommLive);
  };
}

export default { render };
