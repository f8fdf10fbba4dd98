// Above the messages: who this is, what they do now, and the topics of a forum.

import { $, avatar, h, iconButton } from "./dom.js";
import { title } from "./sidebar.js";
import { T } from "./texts.js";

export function drawHeader(app, { back, info, menu }) {
  const { chat, home } = app;
  const name = title(chat, home);
  const state = app.typing
    ? h("span", { class: "typing" }, app.typing, h("i", {}), h("i", {}), h("i", {}))
    : h("span", {}, subtitle(chat));
  $("#header").replaceChildren(
    iconButton("back", T.back, back, "back"),
    h("button", { type: "button", class: "chat-who", onclick: info }, avatar(chat.bot ?? chat.id, name, "small"), h("span", { class: "lines" }, h("b", {}, name), state)),
    iconButton("menu", T.menu, (event) => menu(event.currentTarget)),
  );
}

function subtitle(chat) {
  if (chat.bot) return T.bot;
  return `${chat.type === "channel" ? `${T.channel}, ` : ""}${T.membersCount(chat.members.length)}`;
}

// Null is the general topic.
export function inTopic(app, message) {
  return !app.chat.forum || (message.thread ?? null) === app.topic;
}

export function drawTopics(app, choose) {
  const { chat } = app;
  const tab = (id, name, color, closed) =>
    h("button", { type: "button", role: "tab", "aria-selected": String(app.topic === id), onclick: () => choose(id) }, dot(color), closed ? "🔒 " : "", name);
  const tabs = chat.forum ? [tab(null, T.general, null), ...chat.topics.map((one) => tab(one.id, one.name, one.color, one.closed))] : [];
  $("#topics").hidden = !tabs.length;
  $("#topics").replaceChildren(...tabs);
  $("#topics [aria-selected=true]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
}

function dot(color) {
  const mark = h("span", { class: "dot", "aria-hidden": "true" }, color === null ? "#" : "");
  if (color !== null) mark.style.background = `#${Number(color).toString(16).padStart(6, "0")}`;
  return mark;
}
