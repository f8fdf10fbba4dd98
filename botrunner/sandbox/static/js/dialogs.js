// Questions, forms and notes over the page.

import { h } from "./dom.js";
import { T } from "./texts.js";

export function toast(text) {
  const note = h("div", { class: "toast", role: "status" }, text);
  const main = document.querySelector("main");
  (main.offsetParent ? main : document.body).append(note);
  setTimeout(() => note.remove(), Math.min(8000, 2500 + text.length * 40));
}

export function failure(error) {
  toast(error.message);
}

// Shows a dialog with this content; returns a function that closes it.
export function dialog(title, content, extra = "") {
  const heading = title ? h("h2", {}, title) : null;
  const box = h("dialog", { class: extra, onclick: (event) => event.target === box && box.close() }, h("div", { class: "sheet" }, heading, content));
  box.addEventListener("close", () => box.remove());
  document.body.append(box);
  box.showModal();
  return () => box.close();
}

export function tell(title, text) {
  const close = dialog(title, [
    h("p", { class: "lines" }, text),
    h("div", { class: "actions" }, h("button", { type: "button", class: "text-button", autofocus: true, onclick: () => close() }, T.ok)),
  ]);
}

export function ask(title, text, yes, onYes) {
  const close = dialog(title, [
    text ? h("p", {}, text) : null,
    h("div", { class: "actions" },
      h("button", { type: "button", class: "text-button", onclick: () => close() }, T.cancel),
      h("button", { type: "button", class: "text-button strong", autofocus: true, onclick: () => { close(); onYes(); } }, yes)),
  ]);
}

// fields: [{name, label, hint, value, options, required}]; onSubmit(values) may throw, the form then stays open.
export function form(title, note, fields, yes, onSubmit) {
  const error = h("p", { class: "form-error", role: "alert" });
  const submit = async (event) => {
    event.preventDefault();
    try {
      await onSubmit(Object.fromEntries(new FormData(event.target)));
      close();
    } catch (problem) {
      error.textContent = problem.message;
    }
  };
  const close = dialog(title, h("form", { onsubmit: submit },
    note ? h("p", {}, note) : null,
    fields.map(field),
    error,
    h("div", { class: "actions" },
      h("button", { type: "button", class: "text-button", onclick: () => close() }, T.cancel),
      h("button", { class: "text-button strong" }, yes))));
}

function field({ name, label, hint, value = "", options, required = true, type = "text" }) {
  const control = options
    ? h("select", { name }, Object.entries(options).map(([key, text]) => h("option", { value: key }, text)))
    : h("input", { name, type, value, required, maxlength: 64, autocomplete: "off" });
  return h("label", { class: "field" }, h("span", {}, label), control, hint ? h("small", {}, hint) : null);
}

// items: [{label, onclick, danger}] or an element; opens beside the anchor or at the pointer.
export function menu(anchor, items) {
  document.querySelector(".menu")?.remove();
  const close = () => {
    list.remove();
    removeEventListener("pointerdown", outside, true);
    removeEventListener("keydown", escape);
  };
  const outside = (event) => !list.contains(event.target) && close();
  const escape = (event) => event.key === "Escape" && close();
  const entry = (item) => item instanceof Node ? item
    : h("button", { type: "button", role: "menuitem", class: item.danger ? "danger" : "", onclick: item.onclick }, item.label);
  const list = h("div", { class: "menu", role: "menu", onclick: close }, items.filter(Boolean).map(entry));
  document.body.append(list);
  place(list, anchor);
  addEventListener("pointerdown", outside, true);
  addEventListener("keydown", escape);
  list.querySelector("button")?.focus({ preventScroll: true });
}

function place(list, anchor) {
  const box = anchor instanceof Element ? anchor.getBoundingClientRect() : { left: anchor.x, right: anchor.x, top: anchor.y, bottom: anchor.y };
  const size = list.getBoundingClientRect();
  const onLeft = box.left < innerWidth / 2 || !(anchor instanceof Element);
  const left = Math.min(Math.max(8, onLeft ? box.left : box.right - size.width), innerWidth - size.width - 8);
  const below = box.bottom + 4 + size.height <= innerHeight - 8;
  const top = below ? box.bottom + 4 : Math.max(8, box.top - size.height - 4);
  list.style.left = `${left}px`;
  list.style.top = `${top}px`;
}

export async function copy(text) {
  await navigator.clipboard?.writeText(text).then(() => toast(T.copied), () => tell(T.copy, text));
}
