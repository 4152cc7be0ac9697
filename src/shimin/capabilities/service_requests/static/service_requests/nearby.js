// Lists what lies near by on request: the position goes to the platform once, in the form, and is not kept.
"use strict";

const near = document.querySelector("[data-near]");
if (near && "geolocation" in navigator) {
  near.hidden = false;
  const form = near.closest("form");
  const said = near.querySelector("[role=status]");
  near.querySelector("button").addEventListener("click", () => {
    said.textContent = "正在定位…";
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        form.elements.near_lng.value = coords.longitude.toFixed(5);
        form.elements.near_lat.value = coords.latitude.toFixed(5);
        form.requestSubmit(form.querySelector("button[value=places]"));
      },
      () => (said.textContent = "没有取到位置，请按区县找。"),
      { enableHighAccuracy: true, timeout: 10000 },
    );
  });
}
