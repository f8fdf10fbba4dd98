// The talk is shown from its end, and the page stays where it was when a button is pressed.
(() => {
  const feed = document.querySelector("[data-feed]");
  if (!feed) return;
  feed.scrollTop = feed.scrollHeight;
  const kept = sessionStorage.getItem("play.scroll");
  if (kept !== null) scrollTo(0, Number(kept));
  sessionStorage.removeItem("play.scroll");
  document.querySelector("#play").addEventListener("submit", () => sessionStorage.setItem("play.scroll", scrollY));
})();
