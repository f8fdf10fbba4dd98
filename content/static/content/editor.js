// Line numbers, checks while typing, and the way from a problem to its line.
addEventListener("DOMContentLoaded", () => {
  const area = document.querySelector("textarea[data-editor]");
  if (!area) return;
  const box = area.closest(".funnel-editor");
  const gutter = box.querySelector(".editor-lines");
  const problems = box.querySelector("[data-problems]");
  const publish = document.querySelector("[data-publish] button");
  const unsaved = document.querySelector("[data-unsaved]");
  const form = area.form;
  const saved = area.value;
  const CHECK_AFTER_MS = 700;
  let timer = 0;
  let turn = 0;

  function number() {
    const lines = area.value.split("\n").length;
    gutter.textContent = Array.from({ length: lines }, (_, index) => index + 1).join("\n");
    gutter.scrollTop = area.scrollTop;
  }

  function jump(line) {
    const lines = area.value.split("\n");
    const start = lines.slice(0, line - 1).join("\n").length + (line > 1 ? 1 : 0);
    const height = parseFloat(getComputedStyle(area).lineHeight);
    area.focus();
    area.setSelectionRange(start, start + (lines[line - 1] || "").length);
    area.scrollTop = Math.max(0, (line - 4) * height);
    area.scrollLeft = 0;
    area.scrollIntoView({ block: "nearest" });
  }

  async function check() {
    const mine = ++turn;
    const data = new FormData();
    data.set("text", area.value);
    for (const name of ["kind", "key", "partner"]) if (form.elements[name]) data.set(name, form.elements[name].value);
    data.set("csrfmiddlewaretoken", form.querySelector("[name=csrfmiddlewaretoken]").value);
    const response = await fetch(box.dataset.checkUrl, { method: "POST", body: data, credentials: "same-origin" });
    if (response.ok && !response.redirected && mine === turn) problems.innerHTML = await response.text();
  }

  area.addEventListener("scroll", () => (gutter.scrollTop = area.scrollTop));
  area.addEventListener("input", () => {
    number();
    const changed = area.value !== saved;
    if (publish) publish.disabled = changed;
    if (unsaved) unsaved.hidden = !changed;
    clearTimeout(timer);
    if (box.dataset.checkUrl) timer = setTimeout(() => check().catch(() => {}), CHECK_AFTER_MS);
  });
  problems.addEventListener("click", (event) => {
    const link = event.target.closest("[data-line]");
    if (!link) return;
    event.preventDefault();
    jump(Number(link.dataset.line));
  });
  number();
});
