// A click on a screen of the tree shows its message; the tree can be made smaller and larger.
(() => {
  const page = document.querySelector(".diagram-page");
  if (!page) return;
  const tree = page.querySelector(".tree");
  const box = page.querySelector(".diagram");
  const whole = Number(tree.dataset.width);
  const ratio = tree.viewBox.baseVal.height / tree.viewBox.baseVal.width;
  let width = whole;

  function resize(next) {
    width = Math.min(whole * 2, Math.max(240, next));
    tree.setAttribute("width", width);
    tree.setAttribute("height", width * ratio);
  }

  function choose(key) {
    for (const screen of page.querySelectorAll(".screen")) screen.hidden = screen.id !== `screen-${key}`;
    for (const node of page.querySelectorAll(".tree-node")) node.classList.toggle("is-chosen", node.dataset.screen === key);
    for (const edge of page.querySelectorAll(".tree-edge"))
      edge.classList.toggle("is-near", edge.dataset.source === key || edge.dataset.target === key);
    page.querySelector("[data-hint]").hidden = true;
  }

  tree.addEventListener("click", (event) => {
    const node = event.target.closest(".tree-node");
    if (!node) return;
    event.preventDefault();
    choose(node.dataset.screen);
    if (innerWidth < 900) page.querySelector(".diagram-screens").scrollIntoView({ behavior: "smooth" });
  });
  document.addEventListener("click", (event) => {
    const zoom = event.target.closest("[data-zoom]");
    if (zoom) resize(zoom.dataset.zoom === "fit" ? box.clientWidth - 4 : width * Number(zoom.dataset.zoom));
    const style = event.target.closest("[data-style]");
    if (!style) return;
    page.dataset.shows = style.dataset.style;
    for (const other of document.querySelectorAll("[data-style]")) other.classList.toggle("is-chosen", other === style);
  });
  if (box.clientWidth < whole) resize(whole * 0.8);
  const root = page.querySelector("[data-root] rect");
  box.scrollTop = root.getBoundingClientRect().top - box.getBoundingClientRect().top - box.clientHeight / 2;
  if (location.hash.startsWith("#screen-")) choose(location.hash.slice(8));
})();
