// Comforts of the box: the position on request, and how many characters are left. The page works without them.
"use strict";

const place = document.querySelector("[data-locate]");
if (place && "geolocation" in navigator) {
  place.hidden = false;
  const said = place.querySelector("[data-locate-said]");
  const put = (name, value) => (document.querySelector(`input[name=${name}]`).value = value);
  place.querySelector("button").addEventListener("click", () => {
    said.textContent = "正在定位…";
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        put("lng", coords.longitude.toFixed(6));
        put("lat", coords.latitude.toFixed(6));
        put("accuracy_metres", Math.round(coords.accuracy));
        said.textContent = `已附上位置，误差约 ${Math.round(coords.accuracy)} 米。也请写一下地点。`;
      },
      () => (said.textContent = "没有取到位置，请写地址。"),
      { enableHighAccuracy: true, timeout: 10000 },
    );
  });
}

const box = document.querySelector("textarea[data-count]");
if (box) {
  const most = Number(box.dataset.count);
  const left = document.createElement("p");
  left.className = "small";
  left.setAttribute("role", "status");
  box.after(left);
  const tell = () => {
    const over = box.value.length - most;
    left.textContent = over > 0 ? `超出 ${over} 字` : box.value.length > most * 0.9 ? `还可以写 ${-over} 字` : "";
  };
  box.addEventListener("input", tell);
  tell();
}
