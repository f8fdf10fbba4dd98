// Choosing and creating people, bots and groups; what is known about a chat.

import { act } from "./api.js";
import { copy, dialog, failure, form, menu } from "./dialogs.js";
import { avatar, h } from "./dom.js";
import { title } from "./sidebar.js";
import { T } from "./texts.js";

export function chooseMe(anchor, home, become) {
  const one = (person) => h("button", { type: "button", role: "menuitem", class: "person", onclick: () => become(person.id) },
    avatar(person.id, person.name, "small"),
    h("span", { class: "lines" }, h("b", {}, person.name), h("small", {}, person.username ? `@${person.username}` : T.noUsername)),
    person.id === home.me ? h("span", { class: "accent" }, "✓") : null);
  menu(anchor, [...home.people.map(one), { label: `+ ${T.newPerson}`, onclick: () => createPerson(become) }]);
}

function createPerson(become) {
  const fields = [
    { name: "name", label: T.name },
    { name: "last_name", label: T.lastName, required: false },
    { name: "username", label: T.username, hint: T.usernameHint, required: false },
  ];
  form(T.newPerson, "", fields, T.create, async (values) => become((await act("new_person", values)).id));
}

export function createBot(open, reload) {
  const fields = [{ name: "name", label: T.name }, { name: "username", label: T.username, hint: T.botUsernameHint }];
  form(T.newBot, "", fields, T.create, async (values) => {
    const bot = await act("new_bot", values);
    await reload();
    const close = dialog(T.tokenTitle, [
      h("p", {}, T.tokenText),
      h("code", { class: "token" }, bot.token),
      h("div", { class: "actions" },
        h("button", { type: "button", class: "text-button", onclick: () => copy(bot.token) }, T.copyToken),
        h("button", { type: "button", class: "text-button strong", onclick: () => { close(); open(bot.username); } }, T.ok)),
    ]);
  });
}

export function chooseGroup(onCreated) {
  const fields = [{ name: "name", label: T.groupName }, { name: "kind", label: T.kind, options: T.kinds }];
  form(T.newGroup, "", fields, T.create, async ({ name, kind }) => {
    const forum = kind === "forum";
    await onCreated(await act("new_group", { name, kind: forum ? "supergroup" : kind, forum }));
  });
}

export function showInfo({ chat, home }) {
  const name = title(chat, home);
  const bot = home.bots.find((one) => one.id === chat.bot);
  const close = dialog("", [
    h("div", { class: "card" }, avatar(chat.bot ?? chat.id, name, "big"), h("h2", {}, name), h("small", {}, bot ? `@${bot.username}` : T.personNumber(chat.id))),
    ...(bot ? aboutBot(bot) : aboutGroup(chat, home, () => close())),
    h("div", { class: "actions" }, h("button", { type: "button", class: "text-button", onclick: () => close() }, T.close)),
  ], "info");
}

function aboutBot(bot) {
  const link = `${location.origin}/${bot.username}?start=`;
  return [
    bot.description ? h("p", { class: "lines" }, bot.description) : null,
    h("h3", {}, T.deepLink),
    h("button", { type: "button", class: "inline-link", onclick: () => copy(link) }, link),
  ];
}

function aboutGroup(chat, home, close) {
  const change = (user, status) => act("set_member", { chat: chat.key, user, status }).then(close, failure);
  const role = { creator: T.owner, administrator: T.administrator };
  const controls = (member) => chat.admin && member.status !== "creator" && member.id !== home.me ? [
    h("button", { type: "button", class: "inline-link", onclick: () => change(member.id, member.status === "member" ? "administrator" : "member") }, member.status === "member" ? T.promote : T.demote),
    h("button", { type: "button", class: "inline-link danger", onclick: () => change(member.id, "kicked") }, T.kick),
  ] : [];
  const one = (member) => h("li", {}, avatar(member.id, member.name, "small"),
    h("span", { class: "lines" }, h("b", {}, member.name), h("small", {}, [member.bot && T.bot, role[member.status]].filter(Boolean).join(", ")), h("span", { class: "controls" }, controls(member))));
  return [
    h("h3", {}, `${T.members}: ${chat.members.length}`),
    h("ul", { class: "members" }, chat.members.map(one)),
    chat.admin ? adder(chat, home, change) : null,
    chat.admin && chat.type === "group" ? h("button", { type: "button", class: "inline-link", onclick: () => act("upgrade", { chat: chat.key }).then(close, failure) }, T.upgrade) : null,
  ];
}

function adder(chat, home, change) {
  const inside = new Set(chat.members.map((member) => member.id));
  const others = [...home.bots, ...home.people].filter((one) => !inside.has(one.id));
  if (!others.length) return null;
  const select = h("select", { "aria-label": T.addMember }, others.map((one) => h("option", { value: one.id }, one.username ? `${one.name} (@${one.username})` : one.name)));
  return h("div", { class: "adder" }, select, h("button", { type: "button", class: "text-button strong", onclick: () => change(Number(select.value), "member") }, T.add));
}
