// Saves as one types, copies the link, refreshes the state of the bot. Without this file the form works as it is.
(() => {
  const form = document.querySelector("form[data-save]");
  let timer = 0;

  function answers() {
    const data = new FormData(form);
    for (const field of form.querySelectorAll("input[type=password], input[type=file]")) data.delete(field.name);
    return data;
  }

  async function save() {
    const word = form.querySelector(".saved");
    try {
      const headers = { "X-Requested-With": "save" };
      const response = await fetch(location.href, { method: "POST", body: answers(), headers, keepalive: true });
      if (response.status === 409) location.reload(); // it was sent in another tab
      word.textContent = response.ok ? word.dataset.saved : word.dataset.failed;
    } catch {
      word.textContent = word.dataset.failed;
    }
  }

  if (form) {
    form.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(save, 900);
    });
    form.addEventListener("submit", () => {
      clearTimeout(timer);
      form.querySelector("#next").setAttribute("aria-busy", "true");
    });
    document.getElementById("problems")?.focus();
    const zone = form.hasAttribute("data-zone") && Intl.DateTimeFormat().resolvedOptions().timeZone;
    const option = zone && form.querySelector(`#time_zone option[value="${CSS.escape(zone)}"]`);
    if (option) option.selected = true;
  }

  document.querySelector("[data-print]")?.addEventListener("click", () => print());

  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    const field = document.querySelector(button.dataset.copy);
    field.select();
    try {
      await navigator.clipboard.writeText(field.value);
    } catch {
      document.execCommand("copy"); // without https there is no clipboard
    }
    const label = button.textContent;
    button.textContent = button.dataset.done;
    setTimeout(() => (button.textContent = label), 1500);
  });

  const live = document.getElementById("live");
  if (live) {
    setInterval(async () => {
      if (document.hidden || !live.querySelector("[data-awaited]")) return;
      const response = await fetch(live.dataset.url).catch(() => null);
      if (response?.ok) live.innerHTML = await response.text();
    }, 2500);
  }
})();
