// The picker's "use my position": shown only where the browser can, asks only when pressed.
"use strict";

const place = document.querySelector("[data-locate]");

if (place && "geolocation" in navigator && window.isSecureContext) {
  const words = place.querySelector("[data-locate-words]");
  place.hidden = false;
  place.querySelector("button").addEventListener("click", () => {
    words.textContent = "正在找您的位置……";
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        // Two decimals are about a kilometre: enough to find the city.
        const at = new URLSearchParams({ lng: coords.longitude.toFixed(2), lat: coords.latitude.toFixed(2) });
        window.location.assign(`${place.dataset.nearest}?${at}`);
      },
      () => { words.textContent = "没有得到您的位置，请在下面选择城市。"; },
      { timeout: 8000, maximumAge: 600000 },
    );
  });
}
