// A screen that waits for a phone: looks every two seconds, and again with the page itself when something changed.
"use strict";

const waiting = document.querySelector("[data-screen]");
const look = async () => {
  try {
    const answer = await fetch(waiting.dataset.screen, { headers: { Accept: "application/json" } });
    if (answer.ok && (await answer.json()).state !== "waiting") return location.reload();
  } catch {
    // offline: the next look may work
  }
  setTimeout(look, 2000);
};
if (waiting) setTimeout(look, 2000);
