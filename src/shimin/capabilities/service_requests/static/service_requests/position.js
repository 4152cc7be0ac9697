// Who is in danger may let the duty desk follow where they are: only while the button is pressed and the page is open.
"use strict";

const form = document.querySelector("[data-position]");
if (form && "geolocation" in navigator) {
  form.hidden = false;
  const button = form.querySelector("button");
  const said = form.querySelector("[role=status]");
  let timer = 0;
  const send = () =>
    navigator.geolocation.getCurrentPosition(
      async ({ coords }) => {
        const body = new FormData(form);
        body.set("lng", coords.longitude.toFixed(6));
        body.set("lat", coords.latitude.toFixed(6));
        body.set("accuracy_metres", Math.round(coords.accuracy));
        const answer = await fetch(form.action, { method: "POST", body, headers: { Accept: "application/json" } });
        const now = new Date().toLocaleTimeString("zh-CN");
        said.textContent = answer.ok ? `${now} 已发送，误差约 ${Math.round(coords.accuracy)} 米` : "没有发出去，马上再试";
      },
      () => (said.textContent = "没有取到位置，请在电话里说清楚您在哪里。"),
      { enableHighAccuracy: true, timeout: 10000 },
    );
  button.addEventListener("click", () => {
    const starts = button.getAttribute("aria-pressed") === "false";
    button.setAttribute("aria-pressed", String(starts));
    button.querySelector("span").textContent = starts ? "停止发送位置" : "持续发送我的位置";
    clearInterval(timer);
    if (starts) {
      send();
      timer = setInterval(send, 15000);
    } else said.textContent = "已停止";
  });
}
