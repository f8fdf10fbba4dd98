// The sandbox's clock: what time it is here, and the bar that moves it ahead.

import { get, post } from "./api.js";
import { failure, tell, toast } from "./dialogs.js";
import { $, h } from "./dom.js";
import { T } from "./texts.js";

const state = { offset: 0, ahead: 0, next: null, moving: false, chat: null };

export const now = () => new Date(Date.now() + state.offset);

// news: {now, ahead} in seconds, as the server tells them
export function setClock(news) {
  state.offset = news.now * 1000 - Date.now();
  state.ahead = news.ahead;
  drawClock();
}

// The chat in view, if it is one with a bot, and when that bot will write next.
export async function lookAhead(chat) {
  state.chat = chat;
  if ($("#clock").hidden || state.moving) return;
  const told = chat ? await get("/api/clock", { chat: chat.key }).catch(() => null) : null;
  if (state.chat !== chat || state.moving) return;
  state.next = told?.next ?? null;
  if (told) setClock(told);
  else drawClock();
}

export function showClock(onMoved) {
  $("#clock").hidden = false;
  const button = (name, label, short, body) =>
    h("button", { type: "button", class: "clock-button", dataset: { clock: name }, title: T.clockHints[name], onclick: () => move(body(), onMoved) },
      h("span", { class: "wide" }, label), h("span", { class: "narrow", "aria-hidden": "true" }, short));
  $("#clock").replaceChildren(
    h("button", { type: "button", class: "clock-face", title: T.clockTitle, onclick: () => tell(T.clockTitle, T.clockText) }),
    h("span", { class: "clock-next" }),
    h("span", { class: "clock-buttons" },
      button("hour", T.plusHour, T.plusHourShort, () => ({ by: "hour" })),
      button("day", T.plusDay, T.plusDayShort, () => ({ by: "day" })),
      button("next", T.toNext, T.toNextShort, () => ({}))));
  setInterval(drawClock, 5000);
}

async function move(body, onMoved) {
  state.moving = true;
  drawClock();
  try {
    const told = await post("/api/clock", { ...body, chat: state.chat?.key ?? "" });
    state.moving = false;
    setClock(told);
    if (!body.by && !told.written) toast(T.stayedSilent);
    onMoved();
  } catch (error) {
    state.moving = false;
    drawClock();
    failure(error);
  }
}

function drawClock() {
  const face = $(".clock-face");
  if (!face) return;
  const shift = T.shift(state.ahead);
  face.replaceChildren(h("span", {}, dateAndTime(now())), shift ? h("b", {}, shift) : "");
  $(".clock-next").textContent = state.next ? T.nextMessage(dateAndTime(new Date(state.next * 1000))) : "";
  for (const button of document.querySelectorAll(".clock-button")) {
    button.disabled = state.moving || (button.dataset.clock === "next" && !state.chat);
  }
  $("#clock").classList.toggle("moving", state.moving);
}

function dateAndTime(date) {
  const day = date.toLocaleDateString("ru", { weekday: "short", day: "numeric", month: "short" });
  return `${day}, ${date.toLocaleTimeString("ru", { hour: "2-digit", minute: "2-digit" })}`;
}
