// The left column: who I am, chats with their last message, bots and groups still to meet.

import { $, avatar, h } from "./dom.js";
import { dayName } from "./feed.js";
import { T } from "./texts.js";

// actions: {open(key), join(group)}
export function drawSidebar(home, currentKey, query, actions) {
  const me = home.people.find((person) => person.id === home.me);
  $("#me").replaceChildren(avatar(me.id, me.name, "small"), h("span", {}, me.name));
  const wanted = (...texts) => texts.some((text) => text.toLowerCase().includes(query.toLowerCase()));
  const met = new Set(home.chats.filter((chat) => chat.bot && chat.last).map((chat) => chat.bot));
  const chats = home.chats.filter((chat) => chat.last || chat.bot === null).filter((chat) => wanted(title(chat, home)));
  chats.sort((a, b) => (b.last?.date ?? 0) - (a.last?.date ?? 0));
  const bots = home.bots.filter((bot) => !met.has(bot.id) && wanted(bot.name, bot.username));
  const groups = home.groups.filter((group) => wanted(group.title));
  const nothing = !chats.length && !bots.length && !groups.length;
  $("#chats").replaceChildren(
    ...chats.map((chat) => chatRow(chat, home, chat.key === currentKey, actions)),
    ...section(T.moreBots, bots, (bot) => botRow(bot, home, currentKey, actions)),
    ...section(T.otherGroups, groups, (group) => groupRow(group, actions)),
    nothing ? h("p", { class: "nothing" }, T.nothingFound) : "",
  );
}

export function title(chat, home) {
  return chat.bot ? home.bots.find((bot) => bot.id === chat.bot)?.name ?? "" : chat.title;
}

function section(heading, items, draw) {
  return items.length ? [h("h3", {}, heading), ...items.map(draw)] : [];
}

function chatRow(chat, home, current, actions) {
  const name = title(chat, home);
  return row({
    face: avatar(chat.bot ?? chat.id, name), name, current, unread: chat.unread,
    icon: { group: "👥", supergroup: chat.forum ? "💬" : "👥", channel: "📣" }[chat.type],
    time: chat.last ? when(chat.last.date) : "", text: lastText(chat, home), onclick: () => actions.open(chat.key),
  });
}

function lastText({ last, bot, blocked }, home) {
  if (blocked) return [T.blockedHint];
  if (!last) return [];
  if (last.service) return [last.service];
  const kind = last.photo ? `🖼 ${T.photo} ` : last.document ? `📎 ${last.document.name} ` : last.contact ? `👤 ${T.contact} ` : "";
  const who = last.from.id === home.me ? T.you : bot ? "" : last.from.name;
  return [who ? h("span", { class: "author" }, `${who}: `) : "", kind + last.text];
}

function botRow(bot, home, currentKey, actions) {
  const key = `${bot.id}:${home.me}`;
  return row({
    face: avatar(bot.id, bot.name), name: bot.name, current: key === currentKey,
    text: [`@${bot.username}`], onclick: () => actions.open(key),
  });
}

function groupRow(group, actions) {
  return row({
    face: avatar(group.id, group.title), name: group.title,
    text: [`${group.type === "channel" ? T.channel : T.group} · ${T.membersCount(group.members)}`],
    onclick: () => actions.join(group),
  });
}

function row({ face, name, icon, time = "", text, unread = 0, current = false, onclick }) {
  return h("button", { type: "button", class: `chat-row ${current ? "current" : ""}`, "aria-current": current ? "true" : null, onclick },
    face,
    h("span", { class: "lines" },
      h("span", { class: "line" }, icon ? h("span", { class: "kind", "aria-hidden": "true" }, icon) : null, h("b", {}, name), h("time", {}, time)),
      h("span", { class: "line" }, h("span", { class: "preview" }, text), unread ? h("span", { class: "badge", title: T.unread(unread) }, String(unread)) : null)));
}

function when(seconds) {
  const name = dayName(seconds);
  const date = new Date(seconds * 1000);
  if (name === T.today) return date.toLocaleTimeString("ru", { hour: "2-digit", minute: "2-digit" });
  return name === T.yesterday ? name : date.toLocaleDateString("ru", { day: "2-digit", month: "2-digit", year: "2-digit" });
}
