"use strict";
const clock = document.getElementById("clock");
const run = document.getElementById("run");
const length = document.getElementById("length");
const said = document.getElementById("said");
const title = document.title;
const hint = said.textContent;
const LONGEST = 99 * 3600;

let total = 300;
let left = 300;
let endsAt = null;
let ticking = null;

// Minutes (5, 2.5), or parts from the right: seconds, minutes, hours.
function seconds(text) {
  const clean = text.trim().replace(",", ".");
  if (/^\d+(\.\d+)?$/.test(clean)) return Math.round(Number(clean) * 60);
  if (/^\d+(:\d{1,2}){1,2}$/.test(clean)) return clean.split(":").reduce((sum, part) => sum * 60 + Number(part), 0);
  return NaN;
}
function words(value) {
  const parts = [Math.floor(value / 60) % 60, value % 60];
  if (value >= 3600) parts.unshift(Math.floor(value / 3600));
  return parts.map((part) => String(part).padStart(2, "0")).join(":");
}
function show() {
  // By the clock, not by counting ticks: a tab in the background ticks late.
  if (endsAt !== null) left = Math.max(0, Math.ceil((endsAt - Date.now()) / 1000));
  clock.textContent = words(left);
  const over = left === 0 && endsAt !== null;
  clock.classList.toggle("over", over);
  document.title = over ? `Time is up – ${title}` : endsAt !== null ? `${words(left)} – ${title}` : title;
  if (over) {
    stop();
    said.textContent = "Time is up.";
  }
}
function stop() {
  clearInterval(ticking);
  ticking = endsAt = null;
  run.textContent = "Start";
}
function start() {
  if (left === 0) left = total;
  said.textContent = hint;
  endsAt = Date.now() + left * 1000;
  ticking = setInterval(show, 200);
  run.textContent = "Pause";
  show();
}
function set() {
  const value = seconds(length.value);
  const fits = value > 0 && value <= LONGEST;
  said.classList.toggle("error", !fits);
  said.textContent = fits ? hint : "Write minutes such as 5, or 1:30, up to 99 hours.";
  if (fits) {
    stop();
    total = left = value;
    show();
  }
  return fits;
}
run.addEventListener("click", () => {
  if (endsAt === null) start();
  else {
    show();
    if (endsAt !== null) stop();
    document.title = title;
  }
});
document.getElementById("reset").addEventListener("click", () => {
  stop();
  left = total;
  said.textContent = hint;
  show();
});
document.getElementById("set").addEventListener("click", set);
length.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && set()) start();
});
length.focus();
length.select();
