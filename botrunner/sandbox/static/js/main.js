// The page as a whole: who I am, which chat is open, what the server tells.

import { act, get, listen, me, upload } from "./api.js";
import { lookAhead, setClock, showClock } from "./clock.js";
import { Composer } from "./composer.js";
import { ask, copy, dialog, failure, form, menu, tell, toast } from "./dialogs.js";
import { $, avatar, h, iconButton } from "./dom.js";
import { Feed } from "./feed.js";
import { drawHeader, drawTopics, inTopic } from "./header.js";
import { chooseGroup, chooseMe, createBot, showInfo } from "./people.js";
import { drawSidebar, title } from "./sidebar.js";
import { REACTIONS, T } from "./texts.js";

const SILENCE = 15000; // ms after which a pressed button stops waiting, as in Telegram

const app = { home: null, chat: null, topic: null, all: [], startCode: null, query: "", loading: new Set(), presses: new Map(), typing: null };
const actions = {
  command: (text) => send(text, {}),
  mention: openUsername,
  link: openLocally,
  reply: (message) => mayWrite() && composer.startReply(message),
  show: (id) => feed.flash(id),
  enlarge: (picture) => dialog("", h("img", { src: picture.url, alt: T.photo }), "viewer"),
  react: toggleReaction,
  press,
  oddButton: (button) => button.copy_text ? copy(button.copy_text.text) : toast(T.unsupportedButton),
  menu: messageMenu,
};
const feed = new Feed({ me: null, group: false, loading: app.loading, actions });
const composer = new Composer({ send, attach, key: pressKey });

async function begin() {
  const query = new URLSearchParams(location.search);
  me.id = query.get("as") ?? remembered("as") ?? "";
  await reload();
  if (app.home.clock) showClock(whatIsNext);
  if (app.home.clock) setClock(app.home.clock);
  listen(onNews, onConnection);
  const bot = query.get("bot");
  const hash = decodeURIComponent(location.hash.slice(1));
  if (bot) await openUsername(bot, query.get("start"));
  else if (hash) await open(hash).catch(() => showList());
}

async function reload() {
  app.home = await get("/api/home");
  me.id = app.home.me;
  feed.context.me = me.id;
  remember("as", me.id);
  drawList();
}

function drawList() {
  drawSidebar(app.home, app.chat?.key, app.query, { open: (key) => open(key).catch(failure), join });
  const unread = app.home.chats.reduce((sum, chat) => sum + chat.unread, 0);
  document.title = `${unread ? `(${unread}) ` : ""}${app.chat ? title(app.chat, app.home) : T.product}`;
}

async function open(key, startCode = null) {
  const { chat, messages } = await get("/api/chat", { key });
  Object.assign(app, { chat, all: messages, topic: null, startCode, typing: null });
  feed.context.group = chat.type !== "private";
  composer.reset();
  document.body.dataset.view = "chat";
  document.body.classList.add("has-chat");
  history.replaceState(null, "", `/#${encodeURIComponent(key)}`);
  keepSummary(chat);
  drawChat();
  composer.focus();
  whatIsNext();
}

function showList() {
  app.chat = null;
  document.body.dataset.view = "list";
  document.body.classList.remove("has-chat");
  history.replaceState(null, "", "/");
  drawList();
  whatIsNext();
}

function whatIsNext() {
  lookAhead(app.chat?.bot ? app.chat : null);
}

function drawChat() {
  drawTop();
  drawComposer(); // first: its height decides where the feed ends
  const shown = app.all.filter((message) => inTopic(app, message));
  feed.show(shown);
  if (!shown.length) feed.box.replaceChildren(emptyNote());
  markRead();
}

function drawTop() {
  drawHeader(app, { back: showList, info: () => showInfo(app), menu: chatMenu });
  drawTopics(app, (topic) => {
    app.topic = topic;
    hideTyping();
    drawChat();
  });
}

function emptyNote() {
  const bot = currentBot();
  if (!bot) return h("div", { class: "service" }, h("span", {}, T.emptyGroup));
  return h("div", { class: "about-bot" }, avatar(bot.id, bot.name, "big"), h("b", {}, T.whatCanBotDo), h("p", { class: "lines", dir: "auto" }, bot.description || bot.about || T.emptyBot));
}

function drawComposer() {
  composer.draw({ instead: instead(), commands: currentBot()?.commands ?? [], keyboard: app.chat.keyboard });
}

function instead() {
  const { chat } = app;
  if (chat.blocked) return { text: T.unblock, onclick: () => block(false) };
  if (chat.bot && (!chat.started || app.startCode !== null)) return { text: T.start, onclick: start };
  if (!chat.mayPost) return { text: T.subscribed };
  const topic = chat.topics.find((one) => one.id === app.topic);
  return topic?.closed && !chat.admin ? { text: T.topicClosed } : null;
}

const mayWrite = () => !instead();
const currentBot = () => app.home.bots.find((bot) => bot.id === app.chat?.bot);

// -- acting ---------------------------------------------------------------

async function tryTo(name, body) {
  try {
    return await act(name, body);
  } catch (error) {
    failure(error);
    return null;
  }
}

function inChat(name, body = {}) {
  return tryTo(name, { chat: app.chat.key, ...body });
}

function start() {
  const code = app.startCode;
  app.startCode = null;
  inChat("send", { text: code ? `/start ${code}` : "/start" }).then(drawComposer);
}

function send(text, { reply, edit }) {
  if (edit) return inChat("edit", { message: edit, text });
  return inChat("send", { text, reply, thread: app.topic });
}

async function attach(file) {
  await upload({ chat: app.chat.key, thread: app.topic, file }).catch(failure);
}

async function press(message, button) {
  const key = `${message.id}:${button.callback_data}`;
  if (app.loading.has(key)) return;
  app.loading.add(key);
  feed.redraw(message.id);
  const pressed = await inChat("press", { message: message.id, data: button.callback_data });
  if (!pressed) return finishPress(message.id, key);
  const silent = setTimeout(() => {
    if (app.presses.delete(pressed.query)) toast(T.botSilent);
    finishPress(message.id, key);
  }, SILENCE);
  app.presses.set(pressed.query, () => {
    clearTimeout(silent);
    finishPress(message.id, key);
  });
  if (app.early?.query === pressed.query) onAnswer(app.early);
}

function finishPress(messageId, key) {
  app.loading.delete(key);
  feed.redraw(messageId);
}

function onAnswer(news) {
  const finish = app.presses.get(news.query);
  app.early = finish ? null : news; // the answer may overtake the reply to the press itself
  if (!finish) return;
  app.presses.delete(news.query);
  finish();
  if (news.text && news.alert) tell("", news.text);
  else if (news.text) toast(news.text);
  if (news.url && !openLocally(news.url)) window.open(news.url, "_blank", "noopener");
}

function pressKey(button) {
  if (!button.request_contact) return send(button.text, {});
  const mine = app.home.people.find((person) => person.id === me.id);
  const bot = currentBot()?.name ?? "";
  return form(T.shareContactTitle, T.shareContactText(bot), [{ name: "phone", label: T.phone, type: "tel", value: mine.phone }], T.share,
    ({ phone }) => act("share_contact", { chat: app.chat.key, phone }));
}

function toggleReaction(message, emoji) {
  const mine = message.reacted[me.id] ?? [];
  return inChat("react", { message: message.id, emojis: mine.includes(emoji) ? [] : [emoji] });
}

function block(blocked) {
  return inChat("block", { blocked });
}

function join(group) {
  ask(T.joinQuestion(group.title), "", T.join, async () => {
    if (await tryTo("join", { chat: group.key })) {
      await reload();
      await open(group.key);
    }
  });
}

async function openUsername(username, startCode = null) {
  const bot = app.home.bots.find((one) => one.username.toLowerCase() === username.toLowerCase());
  if (bot) await open(`${bot.id}:${me.id}`, startCode).catch(failure);
  return Boolean(bot);
}

// A t.me link to a bot of this sandbox opens here.
function openLocally(url) {
  const link = URL.parse ? URL.parse(url) : new URL(url);
  const name = link && ["t.me", "telegram.me", location.hostname].includes(link.hostname) && /^\/(\w{3,32})\/?$/.exec(link.pathname)?.[1];
  const known = name && app.home.bots.some((bot) => bot.username.toLowerCase() === name.toLowerCase());
  if (known) openUsername(name, link.searchParams.get("start"));
  return Boolean(known);
}

// -- menus ----------------------------------------------------------------

function messageMenu(message, anchor) {
  const own = message.from.id === me.id;
  const bar = h("div", { class: "reaction-bar", "aria-label": T.reactionsTitle },
    REACTIONS.map((emoji) => h("button", { type: "button", onclick: () => toggleReaction(message, emoji) }, emoji)));
  menu(anchor, [
    bar,
    mayWrite() && { label: T.reply, onclick: () => composer.startReply(message) },
    own && message.text && !message.photo && { label: T.edit, onclick: () => composer.startEdit(message) },
    message.text && { label: T.copy, onclick: () => copy(message.text) },
    (own || app.chat.bot || app.chat.admin) && { label: T.remove, danger: true, onclick: () => inChat("delete", { message: message.id }) },
  ]);
}

function chatMenu(anchor) {
  const { chat } = app;
  const topic = chat.topics.find((one) => one.id === app.topic);
  menu(anchor, [
    { label: T.info, onclick: () => showInfo(app) },
    chat.forum && chat.admin && { label: T.newTopic, onclick: newTopic },
    topic && chat.admin && { label: topic.closed ? T.reopenTopic : T.closeTopic, onclick: () => inChat("close_topic", { thread: topic.id }) },
    chat.bot && !chat.blocked && chat.started && { label: T.restart, onclick: start },
    chat.bot && { label: chat.blocked ? T.unblock : T.block, onclick: () => block(!chat.blocked) },
    chat.bot && { label: T.clear, danger: true, onclick: () => ask(T.clear, T.clearQuestion, T.remove, () => inChat("clear")) },
    !chat.bot && { label: T.leave, danger: true, onclick: () => ask(T.leave, T.leaveQuestion, T.leave, () => inChat("leave")) },
  ]);
}

function newTopic() {
  form(T.newTopic, "", [{ name: "name", label: T.groupName }], T.create, async ({ name }) => {
    const { thread } = await act("new_topic", { chat: app.chat.key, name });
    app.topic = thread;
    drawChat();
  });
}

function becomeSomebody(id) {
  remember("as", id);
  location.assign(`/?as=${id}`);
}

function mainMenu(anchor) {
  menu(anchor, [
    { label: T.newBot, onclick: () => createBot(openUsername, reload) },
    { label: T.newGroup, onclick: () => chooseGroup(async (chat) => { await reload(); await open(chat.key); }) },
  ]);
}

// -- news from the server ---------------------------------------------------

function onNews(news) {
  if (news.summary) keepSummary(news.summary);
  const here = app.chat && news.chat === app.chat.key;
  if (news.kind === "clock") onClock(news);
  else if (["bots", "people"].includes(news.kind)) reload().then(() => app.chat && drawComposerIfNew());
  else if (news.kind === "gone") gone(news.chat);
  else if (news.kind === "answer") onAnswer(news);
  else if (here) onChatNews(news);
  else if (news.kind === "chats" && !app.home.chats.some((chat) => chat.key === news.chat)) reload();
  drawList();
}

// «Сегодня» moves on with the clock.
function onClock(news) {
  setClock(news);
  feed.redrawDates();
}

function onChatNews(news) {
  if (news.kind === "action") return showTyping(news);
  if (news.kind === "message") onMessage(news.message);
  if (news.kind === "edited") onEdited(news.message);
  if (news.kind === "deleted") onDeleted(news.message);
  if (news.kind === "chats") onChatChanged();
  markRead(); // news on its way may still count what was just read
  return null;
}

function onMessage(message) {
  const empty = !app.all.some((one) => inTopic(app, one));
  app.all.push(message);
  if (message.from.id !== me.id) hideTyping();
  drawTop();
  if (inTopic(app, message)) {
    if (empty) feed.box.replaceChildren();
    if (empty) feed.messages = [];
    feed.add(message);
  }
  if (message.from.bot && app.chat.keyboard) composer.showKeyboard();
  drawComposerIfNew();
  markRead();
  clearTimeout(app.nextTimer);
  app.nextTimer = setTimeout(whatIsNext, 700); // a turn of the bot may be several messages
}

function onEdited(message) {
  const index = app.all.findIndex((one) => one.id === message.id);
  if (index >= 0) app.all[index] = message;
  feed.replace(message);
}

function onDeleted(message) {
  app.all = app.all.filter((one) => one.id !== message.id);
  feed.remove(message.id);
}

function onChatChanged() {
  if (app.chat.started || app.chat.bot === null) {
    drawTop();
    drawComposerIfNew();
  } else {
    open(app.chat.key).catch(failure);
  }
}

// Redrawing the field would take the cursor out of it, so only when something under it changed.
function drawComposerIfNew() {
  const state = JSON.stringify([instead()?.text, currentBot()?.commands, app.chat.keyboard, composer.hidden]);
  if (state === app.composerState) return;
  app.composerState = state;
  drawComposer();
}

function keepSummary(summary) {
  const others = app.home.chats.filter((chat) => chat.key !== summary.key);
  app.home.chats = [...others, summary];
  app.home.groups = app.home.groups.filter((group) => group.key !== summary.key);
  if (app.chat?.key === summary.key) app.chat = summary;
  drawList();
}

function gone(key) {
  if (app.chat?.key === key) showList();
  if (app.home.chats.some((chat) => chat.key === key)) reload();
}

function markRead() {
  const last = app.all.at(-1);
  if (!last || !app.chat.unread || document.hidden) return;
  app.chat.unread = 0;
  inChat("read", { to: last.id });
  drawList();
}

function showTyping({ action, user, thread }) {
  if ((thread ?? null) !== app.topic) return;
  const who = app.home.bots.find((bot) => bot.id === user)?.name ?? "";
  clearTimeout(app.typingTimer);
  app.typing = `${app.chat.bot ? "" : `${who} `}${action === "upload_photo" ? T.uploadingPhoto : T.typing}`;
  app.typingTimer = setTimeout(() => { hideTyping(); drawTop(); }, 5000);
  drawTop();
}

function hideTyping() {
  app.typing = null;
}

let connected = true;

async function onConnection(now) {
  $("#offline").hidden = now;
  const returned = now && !connected;
  connected = now;
  if (!returned) return;
  await reload();
  if (app.chat) await open(app.chat.key, app.startCode).catch(showList);
}

// -- small memory of this browser ---------------------------------------------

function remembered(name) {
  try {
    return localStorage.getItem(`sandbox.${name}`);
  } catch {
    return null;
  }
}

function remember(name, value) {
  try {
    localStorage.setItem(`sandbox.${name}`, value);
  } catch {
    // a private window may forbid it; the address keeps the choice then
  }
}

$("#offline").textContent = T.offline;
$("#placeholder").append(h("span", {}, T.chooseChat));
$("#me").title = T.whoHint;
$("#me").setAttribute("aria-label", T.whoAmI);
$("#me").addEventListener("click", (event) => chooseMe(event.currentTarget, app.home, becomeSomebody));
$("#search").placeholder = T.search;
$("#search").addEventListener("input", (event) => {
  app.query = event.target.value;
  drawList();
});
$("#new").append(iconButton("plus", T.create, (event) => mainMenu(event.currentTarget)));
$("#to-end").append(iconButton("down", T.toEnd, () => feed.toEnd(true)));
feed.box.addEventListener("scroll", () => { $("#to-end").hidden = feed.atEnd(); }, { passive: true });
document.addEventListener("visibilitychange", () => app.chat && markRead());
begin().catch(failure);
