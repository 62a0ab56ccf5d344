"use strict";
const text = document.getElementById("text");
const list = document.getElementById("list");
const count = document.getElementById("count");

function tell() {
  const boxes = [...list.querySelectorAll("input")];
  const open = boxes.filter((box) => !box.checked).length;
  count.textContent = boxes.length === 0 ? "Nothing on the list." : open === 0 ? "All done." : `${open} of ${boxes.length} to do.`;
}
function add() {
  const words = text.value.trim();
  if (!words) return;
  const item = document.getElementById("item").content.cloneNode(true).firstElementChild;
  const [box, span, remove] = item.querySelectorAll("input, span, button");
  span.textContent = words;
  remove.setAttribute("aria-label", `Delete ${words}`);
  box.addEventListener("change", () => {
    span.classList.toggle("done", box.checked);
    tell();
  });
  remove.addEventListener("click", () => {
    const next = item.nextElementSibling || item.previousElementSibling;
    item.remove();
    (next ? next.querySelector("button") : text).focus();
    tell();
  });
  list.append(item);
  text.value = "";
  text.focus();
  tell();
}
document.getElementById("add").addEventListener("click", add);
text.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.isComposing) {
    event.preventDefault();
    add();
  }
});
tell();
text.focus();
