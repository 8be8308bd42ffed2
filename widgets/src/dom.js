// Small helpers for building the panels' elements. Text always goes in as text, never as HTML.

/**
 * Make an element.
 * @param {string} tag
 * @param {object} [props] `class`, `text`, `on: {event: handler}`, `style: {…}`; anything else becomes an attribute
 *   (true: present, false, null and undefined: left out)
 * @param {...(Node|string|null)} children
 */
export function el(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [key, value] of Object.entries(props)) {
    if (value === null || value === undefined || value === false) continue;
    if (key === "class") node.className = value;
    else if (key === "text") node.textContent = value;
    else if (key === "on") for (const [event, handler] of Object.entries(value)) node.addEventListener(event, handler);
    else if (key === "style") for (const [name, v] of Object.entries(value)) node.style.setProperty(name, v);
    else node.setAttribute(key, value === true ? "" : String(value));
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

const SVG = "http://www.w3.org/2000/svg";

// Each icon is a list of shapes in a 16 x 16 box: [tag, attributes]. They are drawn with the text's colour.
const stroke = (d) => ["path", { d, fill: "none", stroke: "currentColor", "stroke-width": 1.6, "stroke-linecap": "round", "stroke-linejoin": "round" }];
const solid = (d) => ["path", { d, fill: "currentColor" }];
const ICONS = {
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
  send: [stroke("M2.5 8h10.5M9 4l4 4-4 4")],
};

/** An icon that screen readers skip: the word beside it says the same. */
export function icon(name) {
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

/**
 * A button with a word, an icon or both.
 * @param {{label: string, icon?: string, hideLabel?: boolean, class?: string, title?: string, onClick: (event: Event) => void}} options
 */
export function button({ label, icon: name, hideLabel = false, class: extra = "", title, onClick }) {
  return el(
    "button",
    { type: "button", class: `wb-button ${extra}`, title: title ?? (hideLabel ? label : null), "aria-label": hideLabel ? label : null, on: { click: onClick } },
    name ? icon(name) : null,
    hideLabel ? null : el("span", { text: label }),
  );
}

/** Put text in an element only when it differs, so that screen readers and selections are left in peace. */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

let serial = 0;

/** An id that no other element of the page has, to tie labels to their fields. */
export function uniqueId(stem) {
  serial += 1;
  return `wb-${stem}-${serial}-${Math.random().toString(36).slice(2, 8)}`;
}
