// Under the messages: the field, the bot's keyboard, its commands, and what stands there instead (Start, Unblock).

import { $, h, iconButton } from "./dom.js";
import { menu } from "./dialogs.js";
import { T } from "./texts.js";

export class Composer {
  // actions: {send(text, {reply, edit}), start(), unblock(), attach(file), key(button)}
  constructor(actions) {
    this.actions = actions;
    this.reply = null;
    this.edit = null;
    this.hidden = false;
    this.field = h("textarea", { rows: 1, "aria-label": T.message, oninput: () => this.#fit(), onkeydown: (event) => this.#onKey(event), onpaste: (event) => this.#onPaste(event) });
    this.file = h("input", { type: "file", hidden: true, onchange: () => this.#onFile() });
  }

  // state: {instead: null | {text, onclick}, commands, keyboard}
  draw(state) {
    this.state = state;
    const box = $("#composer");
    if (state.instead) {
      const { text, onclick } = state.instead;
      box.replaceChildren(onclick ? h("button", { type: "button", class: "big-button", onclick }, text) : h("p", { class: "big-note" }, text));
      $("#keyboard").replaceChildren();
      return;
    }
    const rows = state.keyboard?.keyboard;
    this.field.placeholder = (!this.hidden && state.keyboard?.input_field_placeholder) || T.message;
    box.replaceChildren(
      this.#quote(),
      h("div", { class: "bar" },
        state.commands.length ? iconButton("slash", T.commands, (event) => this.#commands(event.currentTarget)) : null,
        iconButton("attach", T.attach, () => this.file.click()),
        this.file,
        this.field,
        rows ? iconButton("keyboard", T.keyboard, () => this.#toggle(), this.hidden ? "" : "on") : null,
        iconButton("send", T.send, () => this.#send(), "send")),
    );
    this.#drawKeyboard(rows);
    this.#fit();
  }

  startReply(message) {
    this.#context({ reply: message, edit: null });
  }

  startEdit(message) {
    this.#context({ reply: null, edit: message });
    this.field.value = message.text;
    this.#fit();
  }

  reset() {
    this.reply = this.edit = null;
    this.field.value = "";
    this.hidden = false;
  }

  focus() {
    if (matchMedia("(pointer: fine)").matches) this.field.focus();
  }

  // A new keyboard shows itself even if the old one was folded away.
  showKeyboard() {
    this.hidden = false;
  }

  #context({ reply, edit }) {
    if (this.edit && !edit) this.field.value = "";
    Object.assign(this, { reply, edit });
    this.draw(this.state);
    this.field.focus();
  }

  #quote() {
    const about = this.edit ?? this.reply;
    if (!about) return "";
    return h("div", { class: "quote-bar" },
      h("span", { class: "lines" }, h("b", {}, this.edit ? T.editing : about.from.name), h("span", { class: "preview" }, about.text || T.photo)),
      iconButton("close", T.cancel, () => this.#context({ reply: null, edit: null })));
  }

  #drawKeyboard(rows) {
    const shown = rows && !this.hidden ? rows : [];
    const key = (button) => h("button", { type: "button", class: "key", onclick: () => this.#press(button) }, button.text);
    $("#keyboard").classList.toggle("tall", !this.state.keyboard?.resize_keyboard);
    $("#keyboard").replaceChildren(...shown.map((row) => h("div", { class: "row" }, row.map(key))));
  }

  #press(button) {
    if (this.state.keyboard?.one_time_keyboard) this.#toggle();
    this.actions.key(button);
  }

  #toggle() {
    this.hidden = !this.hidden;
    this.draw(this.state);
  }

  #commands(anchor) {
    const item = ({ command, description }) =>
      h("button", { type: "button", role: "menuitem", class: "command", onclick: () => this.actions.send(`/${command}`, {}) }, h("b", {}, `/${command}`), h("span", {}, description));
    menu(anchor, this.state.commands.map(item));
  }

  #send() {
    const text = this.field.value.trim();
    if (!text) return;
    const { reply, edit } = this;
    this.field.value = "";
    this.reply = this.edit = null;
    this.draw(this.state);
    this.focus();
    this.actions.send(text, { reply: reply?.id, edit: edit?.id });
  }

  #onKey(event) {
    if (event.key === "Escape" && (this.reply || this.edit)) this.#context({ reply: null, edit: null });
    const sends = event.key === "Enter" && !event.shiftKey && !event.isComposing && matchMedia("(pointer: fine)").matches;
    if (!sends) return;
    event.preventDefault();
    this.#send();
  }

  #onPaste(event) {
    const [file] = event.clipboardData.files;
    if (!file) return;
    event.preventDefault();
    this.actions.attach(file);
  }

  #onFile() {
    const [file] = this.file.files;
    if (file) this.actions.attach(file);
    this.file.value = "";
  }

  #fit() {
    this.field.style.height = "auto";
    this.field.style.height = `${Math.min(this.field.scrollHeight, 180)}px`;
  }
}
