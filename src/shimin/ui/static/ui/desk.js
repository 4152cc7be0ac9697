// Keyboard for officers: each key presses what stands on the page, so nothing works only by key.
"use strict";

const rows = () => [...document.querySelectorAll("[data-row]")];
const move = (by) => {
  const all = rows();
  if (!all.length) return;
  const at = all.indexOf(document.activeElement.closest?.("[data-row]"));
  const next = all[Math.min(Math.max(at + by, 0), all.length - 1)];
  (next.matches("a, button") ? next : next.querySelector("a, button"))?.focus();
};
const dialog = document.querySelector("#shortcuts");
const keys = {
  j: () => move(1),
  k: () => move(-1),
  "/": () => document.querySelector("[data-search]")?.focus(),
  "?": () => (dialog?.open ? dialog.close() : dialog?.showModal()),
  h: () => document.querySelector("[data-home]")?.click(),
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.target.matches("input, select, textarea, [contenteditable]")) return;
  const queue = /^[1-9]$/.test(event.key) ? document.querySelectorAll("[data-queue]")[event.key - 1] : null;
  const press = queue ? () => queue.click() : keys[event.key] ?? pressOf(event.key);
  if (!press) return;
  event.preventDefault();
  press();
});

// A page's own keys: <button data-key="a">
function pressOf(key) {
  const target = /^[a-z]$/.test(key) ? document.querySelector(`[data-key="${key}"]`) : null;
  return target && (() => target.click());
}

document.querySelector("[data-shortcuts]")?.addEventListener("click", () => dialog?.showModal());
document.querySelector("[data-close]")?.addEventListener("click", () => dialog?.close());
