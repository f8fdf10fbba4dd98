// The server: JSON over fetch, news over a websocket.

import { T } from "./texts.js";

export const me = { id: null };

async function answer(response) {
  const body = await response.json().catch(() => null);
  if (!response.ok) throw new Error(body?.error ?? T.failed);
  return body;
}

export async function get(path, query = {}) {
  return answer(await reach(`${path}?${new URLSearchParams({ as: me.id ?? "", ...query })}`));
}

export async function act(name, body = {}) {
  return post(`/api/do/${name}`, body);
}

export async function post(path, body) {
  const options = { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
  return answer(await reach(`${path}?as=${me.id}`, options));
}

export async function upload(fields) {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value ?? "");
  return answer(await reach(`/api/upload?as=${me.id}`, { method: "POST", body: form }));
}

async function reach(url, options) {
  try {
    return await fetch(url, options);
  } catch {
    throw new Error(T.failed);
  }
}

let socket = null;

// Calls onNews for every change; onState(true) after each (re)connection, onState(false) when it is lost.
export function listen(onNews, onState) {
  const mine = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/api/live?as=${me.id}`);
  const before = socket;
  socket = mine;
  before?.close();
  mine.onopen = () => onState(true);
  mine.onmessage = (event) => socket === mine && onNews(JSON.parse(event.data));
  mine.onclose = () => {
    if (socket !== mine) return;
    onState(false);
    setTimeout(() => socket === mine && listen(onNews, onState), 1000);
  };
}
