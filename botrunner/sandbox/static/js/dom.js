// Building the page. Text only ever becomes a text node, so nothing a bot or a person writes can become markup.

export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "class") element.className = value;
    else if (name === "dataset") Object.assign(element.dataset, value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

export const $ = (selector) => document.querySelector(selector);

export function iconButton(icon, label, onclick, extra = "") {
  return h("button", { type: "button", class: `icon ${extra}`, "aria-label": label, title: label, onclick }, svg(icon));
}

const ICONS = {
  back: "M15 5l-7 7 7 7",
  send: "M4 12L20 4l-4 16-4-7-8-1z",
  attach: "M20 11l-8.5 8.5a5 5 0 01-7-7L13 4a3.4 3.4 0 014.8 4.8L9.4 17.2a1.7 1.7 0 01-2.4-2.4L14.5 7.5",
  menu: "M12 6h.01M12 12h.01M12 18h.01",
  slash: "M6 4h12a2 2 0 012 2v12a2 2 0 01-2 2H6a2 2 0 01-2-2V6a2 2 0 012-2zM13.5 8l-3 8",
  keyboard: "M4 6h16a1 1 0 011 1v10a1 1 0 01-1 1H4a1 1 0 01-1-1V7a1 1 0 011-1zM7 10h.01M12 10h.01M17 10h.01M8 14.5h8",
  close: "M6 6l12 12M18 6L6 18",
  reply: "M10 7L5 12l5 5M5 12h9a5 5 0 015 5v1",
  edit: "M5 19l1-4L16 5l3 3L9 18l-4 1z",
  plus: "M12 5v14M5 12h14",
  search: "M11 4a7 7 0 110 14 7 7 0 010-14zM16 16l4.5 4.5",
  link: "M8 16L16 8M9.5 8H16v6.5",
  down: "M6 10l6 6 6-6",
};

export function svg(name) {
  const image = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  image.setAttribute("viewBox", "0 0 24 24");
  image.setAttribute("aria-hidden", "true");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", ICONS[name]);
  image.append(path);
  return image;
}

export function avatar(id, name, extra = "") {
  const words = name.match(/[\p{L}\p{N}][^\s]*/gu) ?? [name || "?"];
  const initials = words.slice(0, 2).map((word) => [...word][0]).join("");
  const color = Math.abs(Number(id)) % 7;
  return h("span", { class: `avatar color${color} ${extra}`, "aria-hidden": "true" }, initials.toUpperCase());
}
