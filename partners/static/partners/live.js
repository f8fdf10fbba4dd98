// Refreshes a piece of the page while it says that something new may come.
for (const piece of document.querySelectorAll("[data-live]")) {
  setInterval(async () => {
    if (document.hidden || !piece.querySelector("[data-awaited]")) return;
    const response = await fetch(piece.dataset.live, { credentials: "same-origin" }).catch(() => null);
    if (response?.ok && !response.redirected) piece.innerHTML = await response.text();
  }, 1500);
}
