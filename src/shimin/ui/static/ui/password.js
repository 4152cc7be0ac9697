// Passwords: a button that shows what was typed, and how strong a new one looks. The server decides; without a script
// nothing is missing.
"use strict";

const runs = /(.)\1+|012|123|234|345|456|567|678|789|890|abc|qwe|asd|zxc/gi;
const bits = (word) => {
  const kinds = [[/[a-z]/, 26], [/[A-Z]/, 26], [/[0-9]/, 10], [/[^\x20-\x7e]/, 2000], [/[^a-zA-Z0-9\u0080-\uffff]/, 32]];
  const pool = kinds.reduce((sum, [kind, size]) => sum + (kind.test(word) ? size : 0), 0);
  const plain = [...word.replace(runs, (run) => run[0])];
  return (Math.min(plain.length, 2 * new Set(plain).size) * Math.log2(pool || 1));
};
const judge = (word) => {
  if (word.length < 8) return [1, `太短，还差 ${8 - word.length} 个字符`];
  const strength = bits(word);
  if (strength < 40) return [1, "弱，容易被猜中；再长一点，少用连着的数字"];
  return strength < 60 ? [2, "中，再长一点更好"] : [3, "强"];
};

for (const input of document.querySelectorAll("input[type=password]")) {
  if (input.dataset.showable) continue;
  input.dataset.showable = "yes";
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button link show-password";
  button.setAttribute("aria-pressed", "false");
  button.textContent = "显示输入";
  button.addEventListener("click", () => {
    const shows = input.type === "password";
    input.type = shows ? "text" : "password";
    button.setAttribute("aria-pressed", String(shows));
    button.textContent = shows ? "隐藏输入" : "显示输入";
  });
  input.after(button);
  // A browser offers to keep what is a password field when the form goes.
  input.form?.addEventListener("submit", () => { input.type = "password"; });
  if (input.autocomplete !== "new-password") continue;
  const meter = document.createElement("meter");
  [meter.min, meter.max, meter.low, meter.high, meter.optimum] = [0, 3, 2, 2.5, 3];
  meter.setAttribute("aria-hidden", "true");
  const words = document.createElement("p");
  words.className = "note strength";
  words.setAttribute("role", "status");
  button.after(meter, words);
  const tell = () => {
    const [level, text] = input.value ? judge(input.value) : [0, ""];
    meter.value = level;
    meter.hidden = !input.value;
    words.textContent = text && `强度：${text}`;
  };
  input.addEventListener("input", tell);
  tell();
}
