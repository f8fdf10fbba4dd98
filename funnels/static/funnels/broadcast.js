// A broadcast that is written is looked at while typing; one that goes out stays fresh. Without this file both work by button.
addEventListener("DOMContentLoaded", () => {
  const editor = document.querySelector("[data-look-url]");
  const progress = document.querySelector("[data-state-url]");
  if (editor) watchTyping(editor);
  if (progress) keepFresh(progress);

  function watchTyping(box) {
    const form = box.closest("form");
    const look = box.querySelector("[data-look]");
    const LOOK_AFTER_MS = 400;
    let timer = 0;
    let turn = 0;

    async function lookAgain() {
      const mine = ++turn;
      const data = new FormData(form);
      const chosen = form.querySelector("[type=file]")?.files.length;
      data.delete("picture");
      if (chosen) data.set("picture_chosen", "1");
      const response = await fetch(box.dataset.lookUrl, { method: "POST", body: data, credentials: "same-origin" });
      if (response.ok && !response.redirected && mine === turn) look.innerHTML = await response.text();
    }

    for (const kind of ["input", "change"])
      form.addEventListener(kind, () => {
        clearTimeout(timer);
        timer = setTimeout(() => lookAgain().catch(() => {}), LOOK_AFTER_MS);
      });
  }

  function keepFresh(form) {
    const body = form.querySelector("[data-state]");
    const EVERY_MS = 3000;
    let turn = 0;

    async function load(url, options = {}) {
      const mine = ++turn;
      const headers = { "X-Requested-With": "fetch" };
      const response = await fetch(url, { headers, credentials: "same-origin", ...options });
      if (response.redirected || response.status === 403) return location.reload();
      if (!response.ok || mine !== turn) return;
      const open = body.querySelector("details")?.open;
      body.innerHTML = await response.text();
      if (open && body.querySelector("details")) body.querySelector("details").open = true;
    }

    form.addEventListener("submit", (event) => {
      if (!event.submitter) return;
      event.preventDefault();
      event.submitter.disabled = true;
      const options = { method: "POST", body: new FormData(form) };
      load(event.submitter.getAttribute("formaction"), options).catch(() => location.reload());
    });
    const timer = setInterval(() => {
      if (!body.querySelector("button")) clearInterval(timer); // it has ended
      else if (!document.hidden) load(form.dataset.stateUrl).catch(() => {});
    }, EVERY_MS);
  }
});
