// The messages in one form of address or the other.
document.addEventListener("click", (event) => {
  const style = event.target.closest("[data-style]");
  if (!style) return;
  document.querySelector("[data-shows]").dataset.shows = style.dataset.style;
  for (const other of document.querySelectorAll("[data-style]")) other.classList.toggle("is-chosen", other === style);
});
