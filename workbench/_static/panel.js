// src/dom.js
function el(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [key, value] of Object.entries(props)) {
    if (value === null || value === void 0 || value === false) continue;
    if (key === "class") node.className = value;
    else if (key === "text") node.textContent = value;
    else if (key === "on") for (const [event, handler] of Object.entries(value)) node.addEventListener(event, handler);
    else if (key === "style") for (const [name, v] of Object.entries(value)) node.style.setProperty(name, v);
    else node.setAttribute(key, value === true ? "" : String(value));
  }
  node.append(...children.filter((child) => child !== null && child !== void 0));
  return node;
}
var SVG = "http://www.w3.org/2000/svg";
var stroke = (d) => ["path", { d, fill: "none", stroke: "currentColor", "stroke-width": 1.6, "stroke-linecap": "round", "stroke-linejoin": "round" }];
var solid = (d) => ["path", { d, fill: "currentColor" }];
var ICONS = {
  copy: [stroke("M5.5 5.5V3.2c0-.7.5-1.2 1.2-1.2h6.1c.7 0 1.2.5 1.2 1.2v6.1c0 .7-.5 1.2-1.2 1.2h-2.3"), stroke("M3.2 5.5h6.1c.7 0 1.2.5 1.2 1.2v6.1c0 .7-.5 1.2-1.2 1.2H3.2c-.7 0-1.2-.5-1.2-1.2V6.7c0-.7.5-1.2 1.2-1.2z")],
  check: [stroke("M3 8.5l3.2 3.2L13 4.8")],
  close: [stroke("M4 4l8 8M12 4l-8 8")],
  warning: [stroke("M8 2.2L14.3 13.3H1.7zM8 6.5v3.2M8 11.5v.1")],
  info: [stroke("M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12zM8 7.3v3.7M8 5v.1")],
  running: [solid("M5 3.2v9.6L12.8 8z")],
  paused: [solid("M4.2 3.2h2.6v9.6H4.2zM9.2 3.2h2.6v9.6H9.2z")],
  stopped: [solid("M4 4h8v8H4z")],
  failed: [stroke("M4.5 4.5l7 7M11.5 4.5l-7 7")],
  completed: [stroke("M3 8.5l3.2 3.2L13 4.8")],
  queued: [stroke("M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12zM8 4.8V8l2.2 1.5")],
  evaluate: [stroke("M2 13.5h12M4 13.5V9M8 13.5V5M12 13.5V2.5")],
  previous: [stroke("M10 3.5L5.5 8l4.5 4.5")],
  next: [stroke("M6 3.5L10.5 8 6 12.5")],
  send: [stroke("M2.5 8h10.5M9 4l4 4-4 4")]
};
function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  for (const [key, value] of Object.entries({ viewBox: "0 0 16 16", width: 14, height: 14, "aria-hidden": "true", class: `wb-icon wb-icon-${name}` })) {
    svg.setAttribute(key, value);
  }
  for (const [tag, attributes] of ICONS[name]) {
    const shape = document.createElementNS(SVG, tag);
    for (const [key, value] of Object.entries(attributes)) shape.setAttribute(key, value);
    svg.append(shape);
  }
  return svg;
}
function button({ label, icon: name, hideLabel = false, class: extra = "", title, onClick }) {
  return el(
    "button",
    { type: "button", class: `wb-button ${extra}`, title: title ?? (hideLabel ? label : null), "aria-label": hideLabel ? label : null, on: { click: onClick } },
    name ? icon(name) : null,
    hideLabel ? null : el("span", { text: label })
  );
}
function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

// src/panel.js
var SILENCE_MS = 6e3;
var GONE = "The kernel no longer answers. If it was restarted, run this cell again to reconnect; runs go on without it.";
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
    copyLabel
  );
  codeBox.append(button({ label: "Close the code", icon: "close", hideLabel: true, class: "wb-quiet", onClick: closeCode }));
  const spoken = el("span", { class: "wb-visually-hidden", role: "status" });
  const errorText = el("span", { class: "wb-notice-text" });
  const error = el(
    "div",
    { class: "wb-notice wb-notice-error", role: "alert", hidden: true },
    icon("warning"),
    errorText,
    button({ label: "Dismiss", icon: "close", hideLabel: true, class: "wb-quiet", onClick: dismiss })
  );
  const gone = el("div", { class: "wb-notice wb-notice-warning wb-gone", role: "status", hidden: true }, icon("warning"), el("span", { class: "wb-notice-text" }));
  root.append(
    el("div", { class: "wb-header-line" }, el("div", { class: "wb-titles" }, title, subtitle), copyButton, spoken),
    codeBox,
    gone,
    error
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
    const box = root.closest(".wb-panel");
    if (message.kind === "top" && box && box.getBoundingClientRect().top < 0) box.scrollIntoView({ block: "start" });
  }
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
  function onVisible() {
    if (!document.hidden) heard = Math.max(heard, Date.now() - SILENCE_MS / 2);
  }
  const timer = setInterval(watch, 1e3);
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
var panel_default = { render };
export {
  SILENCE_MS,
  panel_default as default
};
