// Text with Telegram entities to DOM nodes. Offsets are UTF-16 units, as JavaScript strings count.

import { h } from "./dom.js";

const SIMPLE = {
  bold: "b", italic: "i", underline: "u", strikethrough: "s", code: "code", pre: "pre", blockquote: "blockquote",
};
const BLOCKS = new Set(["pre", "blockquote", "expandable_blockquote"]);
const SAFE = /^(https?|mailto|tel|tg|ton):/i;

// actions: {command(text), mention(name), link(url) -> true when it was opened here}
export function formatted(text, entities, actions) {
  const ordered = [...entities].sort((a, b) => a.offset - b.offset || b.length - a.length);
  return build(text, 0, text.length, ordered, actions);
}

// A quote or a code block is a line of its own already: the line breaks at its edges are not shown twice.
function build(text, from, to, entities, actions) {
  const nodes = [];
  let at = from;
  while (entities.length) {
    const entity = entities.shift();
    const start = Math.max(entity.offset, at);
    const end = Math.min(entity.offset + entity.length, to);
    if (end <= start) continue;
    if (start > at) nodes.push(BLOCKS.has(entity.type) ? text.slice(at, start).replace(/\n$/, "") : text.slice(at, start));
    const inner = [];
    while (entities.length && entities[0].offset < end) inner.push(entities.shift());
    nodes.push(wrap(entity, text.slice(start, end), build(text, start, end, inner, actions), actions));
    at = end + (BLOCKS.has(entity.type) && text[end] === "\n" && end < to ? 1 : 0);
  }
  if (at < to) nodes.push(text.slice(at, to));
  return nodes;
}

function wrap(entity, text, children, actions) {
  switch (entity.type) {
    case "text_link":
      return link(entity.url, children, actions);
    case "url":
      return link(/^[a-z]+:/i.test(text) ? text : `https://${text}`, children, actions);
    case "email":
      return link(`mailto:${text}`, children, actions);
    case "bot_command":
      return plainLink(children, () => actions.command(text));
    case "mention":
      return plainLink(children, () => actions.mention(text.slice(1)));
    case "spoiler":
      return spoiler(children);
    case "expandable_blockquote":
      return quote(children);
    case "hashtag":
    case "text_mention":
      return h("span", { class: "accent" }, children);
    default:
      return SIMPLE[entity.type] ? h(SIMPLE[entity.type], {}, children) : h("span", {}, children);
  }
}

function link(url, children, actions) {
  if (!SAFE.test(url)) return h("span", {}, children);
  const open = (event) => actions.link(url) && event.preventDefault();
  return h("a", { href: url, target: "_blank", rel: "noopener noreferrer", title: url, onclick: open }, children);
}

function plainLink(children, onclick) {
  return h("button", { type: "button", class: "inline-link", onclick }, children);
}

function spoiler(children) {
  const reveal = (event) => {
    if (event.currentTarget.classList.contains("shown")) return;
    event.preventDefault();
    event.stopPropagation();
    const all = event.currentTarget.closest(".text").querySelectorAll(".spoiler");
    all.forEach((element) => element.classList.add("shown"));
  };
  return h("span", { class: "spoiler", role: "button", tabindex: "0", onclick: reveal, onkeydown: onEnter(reveal) }, h("span", {}, children));
}

function quote(children) {
  const toggle = (event) => event.currentTarget.classList.toggle("open");
  return h("blockquote", { class: "expandable", onclick: toggle }, children);
}

function onEnter(action) {
  return (event) => event.key === "Enter" && action(event);
}
