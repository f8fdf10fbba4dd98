// Uploads one file after the other and shows how far each is. Without this file the form sends them all at once.
(() => {
  const form = document.getElementById("library-upload");
  if (!form) return;
  const list = document.getElementById("library-files");
  const done = document.getElementById("library-done");
  const input = form.elements.files;

  function line(name) {
    const row = document.createElement("li");
    const bar = document.createElement("progress");
    const words = document.createElement("span");
    bar.max = 1;
    bar.value = 0;
    row.append(Object.assign(document.createElement("b"), { textContent: name }), bar, words);
    list.append(row);
    return { row, bar, words };
  }

  function send(file, shown) {
    const data = new FormData(form);
    data.delete("files");
    data.append("files", file);
    const request = new XMLHttpRequest();
    request.open("POST", form.action);
    request.setRequestHeader("X-Requested-With", "fetch");
    request.upload.onprogress = (event) => {
      if (event.lengthComputable) shown.bar.value = event.loaded / event.total;
    };
    return new Promise((resolve) => {
      request.onloadend = () => {
        let told;
        try {
          told = JSON.parse(request.responseText).files[0];
        } catch {
          told = { level: "error", sentence: form.dataset.failed };
        }
        shown.bar.remove();
        shown.words.textContent = told.sentence;
        shown.words.className = { success: "tone-good", warning: "tone-wait", error: "tone-bad" }[told.level];
        resolve();
      };
      request.send(data);
    });
  }

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = form.querySelector("button:not([type])");
    button.disabled = true;
    list.replaceChildren();
    const files = [...input.files].map((file) => [file, line(file.name)]);
    for (const [file, shown] of files) await send(file, shown);
    input.value = "";
    button.disabled = false;
    done.hidden = false;
  });
})();
