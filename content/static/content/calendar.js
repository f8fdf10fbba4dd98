// Drags a post to another day or hour. Without this file the post's own page does it by a form.
addEventListener("DOMContentLoaded", () => {
  const page = document.querySelector("[data-calendar]");
  if (!page) return;
  const said = document.querySelector("[data-said]");
  let dragged = null;

  page.addEventListener("dragstart", (event) => {
    dragged = event.target.closest("[data-move]");
    if (!dragged) return;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", dragged.dataset.move);
    dragged.classList.add("is-dragged");
  });
  page.addEventListener("dragend", () => {
    dragged?.classList.remove("is-dragged");
    leave();
    dragged = null;
  });
  page.addEventListener("dragover", (event) => {
    const place = dragged && event.target.closest("[data-day]");
    if (!place) return;
    event.preventDefault();
    leave();
    place.classList.add("is-over");
  });
  page.addEventListener("drop", (event) => {
    const place = dragged && event.target.closest("[data-day]");
    if (!place) return;
    event.preventDefault();
    move(dragged, place).catch(() => tell(page.dataset.away, true));
  });

  function leave() {
    for (const place of page.querySelectorAll(".is-over")) place.classList.remove("is-over");
  }

  async function move(post, place) {
    const body = new FormData();
    body.set("csrfmiddlewaretoken", document.querySelector("[name=csrfmiddlewaretoken]").value);
    body.set("revision", post.dataset.revision);
    body.set("was", post.dataset.was);
    body.set("day", place.dataset.day);
    if (place.dataset.hour) body.set("hour", place.dataset.hour);
    const response = await fetch(post.dataset.move, { method: "POST", body, credentials: "same-origin" });
    if (response.redirected) return location.reload();
    const answer = await response.json();
    await refresh(); // first: whoever has read the answer may drag at once
    tell(answer.sentence, !response.ok);
  }

  // What the server has now: also what others have moved meanwhile.
  async function refresh() {
    const response = await fetch(location.href, { credentials: "same-origin" });
    if (!response.ok || response.redirected) return location.reload();
    const fresh = new DOMParser().parseFromString(await response.text(), "text/html");
    page.innerHTML = fresh.querySelector("[data-calendar]").innerHTML;
  }

  function tell(sentence, isBad) {
    said.textContent = sentence;
    said.className = isBad ? "tone-bad" : "tone-good";
  }
});
