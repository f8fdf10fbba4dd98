// The list of messages: dates between days, runs of one sender, scrolling.

import { now } from "./clock.js";
import { $, h } from "./dom.js";
import { messageElement } from "./message.js";
import { T } from "./texts.js";

const RUN = 15 * 60; // seconds between messages of one sender that still look like one run

export class Feed {
  constructor(context) {
    this.context = context;
    this.messages = [];
    this.box = $("#feed");
    this.heading = false; // a smooth scroll to the end is under way
    this.box.addEventListener("scrollend", () => { this.heading = false; });
  }

  show(messages) {
    this.messages = messages;
    this.box.replaceChildren();
    messages.forEach((_, index) => this.#append(index));
    this.toEnd();
  }

  add(message) {
    const follow = this.atEnd() || message.from.id === this.context.me;
    this.messages.push(message);
    const index = this.messages.length - 1;
    if (index) this.#redraw(index - 1);
    this.#append(index).classList.add("new");
    if (follow) this.toEnd(true);
  }

  replace(message) {
    const index = this.messages.findIndex((one) => one.id === message.id);
    if (index < 0) return;
    const follow = this.atEnd();
    this.messages[index] = message;
    this.#redraw(index);
    if (follow) this.toEnd();
  }

  remove(id) {
    const index = this.messages.findIndex((one) => one.id === id);
    if (index < 0) return;
    const follow = this.atEnd();
    const top = this.box.scrollTop;
    this.show(this.messages.filter((one) => one.id !== id));
    if (!follow) this.box.scrollTop = top;
  }

  flash(id) {
    const element = this.#element(id);
    element?.scrollIntoView({ block: "center", behavior: "smooth" });
    element?.classList.remove("flash");
    requestAnimationFrame(() => element?.classList.add("flash"));
  }

  redraw(id) {
    const index = this.messages.findIndex((one) => one.id === id);
    if (index >= 0) this.#redraw(index);
  }

  redrawDates() {
    for (const mark of this.box.querySelectorAll(".service.date span")) mark.textContent = dayName(Number(mark.parentElement.dataset.date));
  }

  atEnd() {
    return this.heading || this.#toGo() < 120;
  }

  toEnd(smooth = false) {
    this.heading = smooth && this.#toGo() > 1;
    this.box.scrollTo({ top: this.box.scrollHeight, behavior: smooth ? "smooth" : "instant" });
  }

  #toGo() {
    return this.box.scrollHeight - this.box.scrollTop - this.box.clientHeight;
  }

  #element(id) {
    return this.box.querySelector(`[data-id="${Number(id)}"]`);
  }

  #redraw(index) {
    const message = this.messages[index];
    const old = this.#element(message.id);
    const drawn = messageElement(message, this.context, this.#place(index));
    if (old?.querySelector(".spoiler.shown")) drawn.querySelectorAll(".spoiler").forEach((one) => one.classList.add("shown"));
    old?.replaceWith(drawn);
  }

  // Each day is an element of its own: its date stays at the top only as long as the day is in view.
  #append(index) {
    const [before, message] = [this.messages[index - 1], this.messages[index]];
    if (!before || day(before) !== day(message)) {
      const mark = h("div", { class: "service date", dataset: { date: message.date } }, h("span", {}, dayName(message.date)));
      this.box.append(h("div", { class: "day" }, mark));
    }
    const element = messageElement(message, this.context, this.#place(index));
    this.box.lastElementChild.append(element);
    return element;
  }

  #place(index) {
    const [before, message, after] = [this.messages[index - 1], this.messages[index], this.messages[index + 1]];
    return { first: !sameRun(before, message), last: !sameRun(message, after) };
  }
}

function sameRun(one, next) {
  return Boolean(one && next && !one.service && !next.service && one.from.id === next.from.id
    && next.date - one.date < RUN && day(one) === day(next));
}

const day = (message) => new Date(message.date * 1000).toDateString();

export function dayName(seconds) {
  const date = new Date(seconds * 1000);
  const today = now();
  if (date.toDateString() === today.toDateString()) return T.today;
  if (date.toDateString() === new Date(today - 86400000).toDateString()) return T.yesterday;
  const year = date.getFullYear() === today.getFullYear() ? undefined : "numeric";
  return date.toLocaleDateString("ru", { day: "numeric", month: "long", year });
}
