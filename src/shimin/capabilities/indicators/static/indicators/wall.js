// Renews the wall board every minute. Who reads it may pause it; the choice lives in the address, so a reload keeps it.
const seconds = 60;
const button = document.querySelector("[data-pause]");
const words = document.querySelector("[data-next]");
let left = seconds;
let paused = window.location.hash === "#paused";

function show() {
  button.textContent = paused ? "继续更新" : "暂停更新";
  words.textContent = paused ? "已暂停更新" : `${left} 秒后更新`;
}

button.addEventListener("click", () => {
  paused = !paused;
  window.history.replaceState(null, "", paused ? "#paused" : window.location.pathname + window.location.search);
  show();
});

window.setInterval(() => {
  if (paused) return;
  left -= 1;
  if (left <= 0) window.location.reload();
  show();
}, 1000);

button.hidden = false;
words.hidden = false;
show();
