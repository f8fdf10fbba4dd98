// One message: bubble, pictures, buttons under it, reactions.

import { avatar, h, iconButton, svg } from "./dom.js";
import { formatted } from "./entities.js";
import { T } from "./texts.js";

// context: {me, group, loading: Set, actions}; place: {first, last} within its run of the same sender
export function messageElement(message, context, place) {
  if (message.service) return h("div", { class: "service", dataset: { id: message.id } }, h("span", {}, message.service));
  const own = message.from.id === context.me;
  const named = context.group && !own;
  const face = named && place.last ? avatar(message.from.id, message.from.name, "small") : null;
  const kind = ["message", own ? "own" : "other", place.first && "first", place.last && "last", named && "named"];
  return h("div", { class: kind.filter(Boolean).join(" "), dataset: { id: message.id } },
    face,
    h("div", { class: "column" },
      bubble(message, context, { own, named: named && place.first }),
      message.buttons.length ? buttons(message, context) : null));
}

function bubble(message, { me, actions }, { own, named }) {
  const media = message.photo && !message.text ? "media-only" : "";
  const shape = message.photo ? "with-photo" : "";
  const more = iconButton("down", T.menu, (event) => actions.menu(message, event.currentTarget), "more");
  const onmenu = (event) => {
    if (event.target.closest("a") || getSelection().toString()) return;
    event.preventDefault();
    actions.menu(message, { x: event.clientX, y: event.clientY });
  };
  return h("div", { class: `bubble ${media} ${shape}`, oncontextmenu: onmenu, ondblclick: () => actions.reply(message) },
    named ? h("div", { class: `name ink${Math.abs(message.from.id) % 7}` }, message.from.name) : null,
    message.forwarded ? h("div", { class: "forwarded" }, `${T.forwarded} `, h("b", {}, message.forwarded)) : null,
    message.reply ? quote(message.reply, actions) : null,
    message.photo ? photo(message.photo, actions) : null,
    message.document ? file(message.document) : null,
    message.contact ? contact(message.contact) : null,
    message.text ? h("div", { class: `text ${jumbo(message)}`, dir: "auto" }, formatted(message.text, message.entities, actions), stamp(message, own)) : null,
    message.text ? null : stamp(message, own),
    message.reactions.length ? reactions(message, me, actions) : null,
    more);
}

function jumbo(message) {
  const emoji = /^(?:\p{Extended_Pictographic}\ufe0f?){1,3}$/u;
  return !message.entities.length && emoji.test(message.text) ? "jumbo" : "";
}

function stamp(message, own) {
  const time = new Date(message.date * 1000).toLocaleTimeString("ru", { hour: "2-digit", minute: "2-digit" });
  return h("span", { class: "stamp" }, message.edited ? `${T.edited} ` : "", time, own ? h("span", { class: "ticks", "aria-hidden": "true" }, "✓✓") : null);
}

function quote(reply, actions) {
  return h("button", { type: "button", class: "reply-quote", onclick: () => actions.show(reply.id) },
    h("b", {}, reply.name), h("span", {}, reply.text || T.message));
}

function photo(picture, actions) {
  const width = Math.min(420, Math.max(120, picture.width), (420 * picture.width) / picture.height);
  const image = h("img", { src: picture.url, width: picture.width, height: picture.height, alt: T.photo, loading: "lazy" });
  const frame = h("button", { type: "button", class: "photo", "aria-label": T.openPhoto, onclick: () => actions.enlarge(picture) }, image);
  frame.style.width = `min(${Math.round(width)}px, 78vw)`;
  return frame;
}

function file(document) {
  return h("a", { class: "file", href: document.url, download: document.name },
    h("span", { class: "file-icon", "aria-hidden": "true" }, "📄"),
    h("span", {}, h("b", {}, document.name), h("small", {}, size(document.size))));
}

function size(bytes) {
  return bytes < 1024 * 1024 ? `${Math.max(1, Math.round(bytes / 1024))} КБ` : `${(bytes / 1024 / 1024).toFixed(1)} МБ`;
}

function contact(card) {
  const name = [card.first_name, card.last_name].filter(Boolean).join(" ");
  return h("div", { class: "contact" }, avatar(card.user_id ?? 0, name), h("span", {}, h("b", {}, name), h("small", {}, card.phone_number)));
}

function reactions(message, me, actions) {
  const mine = message.reacted[me] ?? [];
  const chip = ({ emoji, count }) =>
    h("button", { type: "button", class: `reaction ${mine.includes(emoji) ? "mine" : ""}`, onclick: () => actions.react(message, emoji) }, emoji, h("span", {}, String(count)));
  return h("div", { class: "reactions" }, message.reactions.map(chip));
}

function buttons(message, { loading, actions }) {
  const one = (button) => {
    if (button.url) return urlButton(button, actions);
    const waiting = loading.has(`${message.id}:${button.callback_data}`);
    const onclick = () => button.callback_data ? actions.press(message, button) : actions.oddButton(button);
    return h("button", { type: "button", class: `inline-button ${waiting ? "waiting" : ""}`, onclick }, h("span", {}, button.text));
  };
  return h("div", { class: "inline-keyboard" }, message.buttons.map((row) => h("div", { class: "row" }, row.map(one))));
}

function urlButton(button, actions) {
  const safe = /^(https?|tg):/i.test(button.url) ? button.url : "#";
  const onclick = (event) => actions.link(button.url) && event.preventDefault();
  return h("a", { class: "inline-button", href: safe, target: "_blank", rel: "noopener noreferrer", title: button.url, onclick },
    h("span", {}, button.text), svg("link"));
}
