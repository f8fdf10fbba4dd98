// A crontab is told in words while it is typed. Without this file the words come when it is saved.
addEventListener("DOMContentLoaded", () => {
  const look = document.querySelector("[data-plan-look]");
  const field = document.querySelector("[name=crontab]");
  if (!look || !field) return;
  const LOOK_AFTER_MS = 300;
  let timer = 0;
  let turn = 0;

  async function lookAgain() {
    const mine = ++turn;
    const partner = look.dataset.partner || document.querySelector("[name=partner]")?.value || "";
    const asked = new URLSearchParams({ crontab: field.value, partner });
    const response = await fetch(`${look.dataset.planLook}?${asked}`, { credentials: "same-origin" });
    if (response.ok && !response.redirected && mine === turn) look.innerHTML = await response.text();
  }

  for (const kind of ["input", "change"])
    field.form.addEventListener(kind, () => {
      clearTimeout(timer);
      timer = setTimeout(() => lookAgain().catch(() => {}), LOOK_AFTER_MS);
    });
});
