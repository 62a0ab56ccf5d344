"use strict";
const card = document.getElementById("card");
const sides = { front: document.getElementById("front"), back: document.getElementById("back") };

function show(side) {
  card.dataset.side = side;
  card.textContent = sides[side].value.trim() || (side === "front" ? "Front" : "Back");
}
for (const [side, field] of Object.entries(sides)) {
  field.addEventListener("focus", () => show(side));
  field.addEventListener("input", () => show(side));
}
card.addEventListener("click", () => show(card.dataset.side === "front" ? "back" : "front"));
show("front");
card.focus();
