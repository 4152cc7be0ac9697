// A queue on the map: pins of the box that is seen, and the same as a list. There are no tiles: districts by name.
"use strict";

const box = document.getElementById("request-map");
const said = document.getElementById("map-said");
const list = document.getElementById("map-list");
const most = 50;
const kinds = { question: "咨询", help: "求助", complaint: "投诉", report: "举报", suggestion: "建议", praise: "表扬" };

box.hidden = false;
document.getElementById("map-key").hidden = false;
const map = L.map(box, { preferCanvas: true, attributionControl: false, zoomControl: false, zoomSnap: 0.5, minZoom: 7, maxZoom: 18 });
L.control.zoom({ zoomInTitle: "放大", zoomOutTitle: "缩小" }).addTo(map);
L.control.scale({ imperial: false }).addTo(map);
const layer = L.layerGroup().addTo(map);
const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

const middles = [...document.querySelectorAll("[data-areas] a")].map((link) => {
  const place = L.latLng(Number(link.dataset.lat), Number(link.dataset.lng));
  const name = document.createElement("span");
  name.textContent = link.textContent;
  const icon = L.divIcon({ className: "map-name", html: name, iconSize: [96, 20] });
  L.marker(place, { icon, interactive: false, keyboard: false }).addTo(map);
  return place;
});

const edges = box.dataset.box.split(",").map(Number);
if (edges.length === 4) map.fitBounds([[edges[1], edges[0]], [edges[3], edges[2]]]);
else if (middles.length) map.fitBounds(L.latLngBounds(middles));
else map.setView([28.2, 112.95], 11);

function element(name, className, text) {
  const made = document.createElement(name);
  made.className = className;
  if (text) made.textContent = text;
  return made;
}

function address({ request_id }) {
  return box.dataset.requests + encodeURIComponent(request_id);
}

function noteOf(it) {
  const late = it.is_late ? " · 已超期" : "";
  return [kinds[it.kind] || it.kind, it.address, it.number].filter(Boolean).join(" · ") + late;
}

function row(it) {
  const item = document.createElement("li");
  const link = element("a", "cell");
  link.href = address(it);
  link.dataset.row = "";
  const body = element("span", "cell-body");
  const title = element("span", "cell-title");
  if (it.is_emergency) title.append(element("span", "tag attention", "紧急"), " ");
  title.append(it.title);
  body.append(title, element("span", "cell-note", noteOf(it)));
  link.append(body);
  item.append(link);
  return item;
}

function pin({ geometry, properties: it }) {
  const fill = it.is_late ? colour("--red") : it.is_emergency ? colour("--amber") : colour("--weui-BRAND");
  const style = { radius: it.is_late || it.is_emergency ? 9 : 7, color: colour("--weui-BG-2"), weight: 2, fillColor: fill, fillOpacity: 0.9 };
  const [lng, lat] = geometry.coordinates;
  return L.circleMarker([lat, lng], style).bindPopup(() => {
    const popup = document.createElement("div");
    const link = element("a", "", it.title);
    link.href = address(it);
    popup.append(link, element("p", "small", noteOf(it)));
    return popup;
  });
}

let asked = new AbortController();
async function show() {
  asked.abort();
  asked = new AbortController();
  const { _southWest: low, _northEast: high } = map.getBounds();
  const seen = [low.lng, low.lat, high.lng, high.lat].map((edge) => edge.toFixed(5)).join(",");
  const source = new URL(box.dataset.source, window.location.href);
  source.searchParams.set("box", seen);
  let found;
  try {
    const answer = await fetch(source, { signal: asked.signal, headers: { Accept: "application/geo+json" } });
    if (!answer.ok) throw new Error(String(answer.status));
    found = await answer.json();
  } catch (fault) {
    if (fault.name !== "AbortError") said.textContent = "没有取到地图上的诉求，移动一下地图再试。";
    return;
  }
  layer.clearLayers();
  document.getElementById("map-empty")?.remove();
  for (const feature of found.features) layer.addLayer(pin(feature));
  list.replaceChildren(...found.features.slice(0, most).map(({ properties }) => row(properties)));
  const number = found.features.length;
  if (found.is_too_many) said.textContent = `这一片超过 ${found.most} 件，地图上不画。请放大地图、选一个区县，或用上面的筛选缩小范围。`;
  else if (!number) said.textContent = "这一片没有符合条件的诉求。";
  else said.textContent = `这一片有 ${number} 件${number > most ? `，下面列出最急的 ${most} 件` : ""}。`;
}

let waiting = 0;
map.on("moveend", () => {
  clearTimeout(waiting);
  waiting = setTimeout(show, 250);
});
show();
