"use strict";
const notes = document.getElementById("notes");
const count = document.getElementById("count");

function tell() {
  const words = (notes.value.match(/\S+/gu) || []).length;
  count.textContent = `${words} ${words === 1 ? "word" : "words"}, ${[...notes.value].length} characters.`;
}
notes.addEventListener("input", tell);
tell();
notes.focus();
