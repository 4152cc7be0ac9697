// Small comforts; every page works without them.
"use strict";

// Errors on top get the focus, so that a keyboard or screen reader starts there.
document.querySelector("[data-focus]")?.focus();

// One press sends a form once; coming back with the back button frees it.
const sent = new Set();
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("[data-once]")) return;
  if (sent.has(form)) return event.preventDefault();
  sent.add(form);
  const button = event.submitter ?? form.querySelector("[type=submit]");
  if (!button) return;
  button.dataset.word = button.textContent;
  button.setAttribute("aria-disabled", "true");
  button.textContent = "正在提交…";
});
addEventListener("pageshow", () => {
  for (const form of sent) {
    const button = form.querySelector("[data-word]");
    if (!button) continue;
    button.textContent = button.dataset.word;
    button.removeAttribute("aria-disabled");
  }
  sent.clear();
});

// Offline: say so, and how old the page is.
const openedAt = new Date();
const band = document.querySelector("[data-offline]");
const showConnection = () => {
  if (!band) return;
  band.hidden = navigator.onLine;
  band.querySelector("[data-offline-since]").textContent =
    `${openedAt.getHours()}:${String(openedAt.getMinutes()).padStart(2, "0")}`;
};
addEventListener("online", showConnection);
addEventListener("offline", showConnection);
showConnection();

// Print buttons exist only where there is a script to serve them.
for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}
