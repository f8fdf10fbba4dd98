// Keeps the fleet fresh without reloading the page. Without this file the buttons still work as a plain form.
(() => {
  const form = document.getElementById("fleet");
  const body = document.getElementById("fleet-body");
  const EVERY_MS = 1000 * (form.dataset.every || 5);
  let turn = 0;

  async function load(url, options = {}) {
    const mine = ++turn;
    const headers = { "X-Requested-With": "fetch" };
    const response = await fetch(url + location.search, { headers, credentials: "same-origin", ...options });
    if (response.redirected || response.status === 403) return location.reload();
    if (!response.ok || mine !== turn) return;
    show(await response.text());
  }

  function show(html) {
    const open = new Map([...body.querySelectorAll("details")].map((box) => [box.id, box.open]));
    const [name, focused] = focus();
    const scrolled = body.querySelector(".fleet-map div")?.scrollTop;
    body.innerHTML = html;
    for (const box of body.querySelectorAll("details")) if (open.has(box.id)) box.open = open.get(box.id);
    if (scrolled) body.querySelector(".fleet-map div").scrollTop = scrolled;
    if (focused) body.querySelector(`[${name}="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
  }

  function focus() {
    const at = body.contains(document.activeElement) ? document.activeElement : null;
    const name = ["formaction", "href"].find((each) => at?.hasAttribute(each));
    return [name, name && at.getAttribute(name)];
  }

  form.addEventListener("submit", (event) => {
    const button = event.submitter;
    if (!button) return;
    event.preventDefault();
    const data = new FormData(form);
    button.disabled = true;
    load(button.getAttribute("formaction"), { method: "POST", body: data }).catch(() => location.reload());
  });

  setInterval(() => {
    if (!document.hidden) load(form.dataset.url).catch(() => {});
  }, EVERY_MS);
})();
