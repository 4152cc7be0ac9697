// What the platform makes of the words, while they are written: asked when the writer pauses, shown below the box.
// Nothing is kept there or here. Who saves data is not asked for any; the page works without this.
"use strict";

const panel = document.querySelector("[data-hints]");
if (panel && !navigator.connection?.saveData) {
  const form = panel.closest("form");
  const box = form.elements.words;
  const body = panel.querySelector("[data-hints-body]");
  const said = panel.querySelector("[role=status]");
  const names = ["words", "address", "region_code", "kind", "csrfmiddlewaretoken"];
  const pause = 800;
  const fewest = 6;
  let timer = 0;
  let asked = "";
  let running = new AbortController();

  const hide = () => {
    panel.hidden = true;
    body.replaceChildren();
    said.textContent = "";
  };

  const show = (html) => {
    if (html === body.dataset.shown && !panel.hidden) return;
    body.dataset.shown = html;
    const open = [...body.querySelectorAll("details[open] summary")].map((each) => each.textContent);
    body.innerHTML = html; // the platform's own template, where everything that people wrote is escaped
    for (const each of body.querySelectorAll("summary")) each.parentElement.open = open.includes(each.textContent);
    said.textContent = body.querySelector("[data-summary]")?.dataset.summary ?? "";
    panel.hidden = false;
  };

  const ask = async () => {
    if (box.value.trim().length < fewest) return hide();
    const content = new FormData();
    for (const name of names) content.set(name, form.elements[name]?.value ?? "");
    const question = JSON.stringify([...content]);
    if (question === asked) return;
    asked = question;
    running.abort();
    running = new AbortController();
    try {
      const answer = await fetch(panel.dataset.hints, {
        method: "POST",
        body: content,
        headers: { Accept: "application/json" },
        signal: running.signal,
      });
      if (answer.status === 200) return show(await answer.text());
      asked = "";
      if (answer.status === 429) return later(1000 * (Number(answer.headers.get("Retry-After")) || 30));
      hide();
    } catch (wrong) {
      if (wrong.name === "AbortError") return;
      asked = ""; // no connection: the next words ask again
      hide();
    }
  };

  const later = (wait) => {
    clearTimeout(timer);
    timer = setTimeout(ask, wait);
  };

  form.addEventListener("input", (event) => {
    if (event.isComposing || !names.includes(event.target.name)) return;
    later(pause);
  });
  box.addEventListener("compositionend", () => later(pause));
  form.addEventListener("submit", () => {
    clearTimeout(timer);
    running.abort();
  });
  ask();
}
