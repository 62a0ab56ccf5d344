"use strict";
// A recursive descent over  sum = product (± product)*, product = power (×÷ power)*, power = sign postfix (^ power)?
const functions = {
  sqrt: Math.sqrt, sin: Math.sin, cos: Math.cos, tan: Math.tan, ln: Math.log, log: Math.log10, abs: Math.abs, round: Math.round,
};
const constants = { pi: Math.PI, "π": Math.PI, e: Math.E };

function calculate(text) {
  const tokens = text.match(/\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?|[a-zπ]+|\*\*|\S/gi) || [];
  let at = 0;
  let depth = 0;
  const peek = () => tokens[at];
  const take = (...wanted) => (wanted.includes(peek()) ? tokens[at++] : undefined);
  function sum() {
    let value = product();
    for (let sign; (sign = take("+", "-", "−")); ) value = sign === "+" ? value + product() : value - product();
    return value;
  }
  function product() {
    let value = unary();
    for (;;) {
      if (take("*", "×", "·")) value *= unary();
      else if (take("/", "÷", ":")) value /= unary();
      else if (/^[a-zπ(]/i.test(peek() || "")) value *= unary();
      else return value;
    }
  }
  function unary() {
    if (++depth > 200) throw new Error("nested too deeply");
    try {
      if (take("-", "−")) return -unary();
      if (take("+")) return unary();
      const base = postfix();
      return take("^", "**") ? base ** unary() : base;
    } finally {
      depth--;
    }
  }
  function postfix() {
    let value = atom();
    while (take("%")) value /= 100;
    return value;
  }
  function atom() {
    const token = tokens[at++];
    if (token === undefined) throw new Error("something is missing at the end");
    if (token === "(") {
      const value = sum();
      if (!take(")")) throw new Error("a parenthesis is not closed");
      return value;
    }
    if (/^[\d.]/.test(token) && token !== ".") return Number(token);
    const name = token.toLowerCase();
    if (Object.hasOwn(constants, name)) return constants[name];
    if (Object.hasOwn(functions, name)) {
      if (!take("(")) throw new Error(`${name} wants a parenthesis: ${name}(2)`);
      const value = functions[name](sum());
      if (!take(")")) throw new Error("a parenthesis is not closed");
      return value;
    }
    throw new Error(`“${token}” is not understood`);
  }
  const value = sum();
  if (at < tokens.length) throw new Error(`“${peek()}” is not expected there`);
  if (!Number.isFinite(value)) throw new Error("the result is not a number");
  return value;
}

// 0.1 + 0.2 is 0.3 to a person: twelve digits hide what binary fractions leave behind.
const shown = (value) => String(Number(value.toPrecision(12))).replace("e+", "e");

const line = document.getElementById("line");
const result = document.getElementById("result");

function preview() {
  result.classList.remove("error");
  try {
    result.textContent = line.value.trim() ? "= " + shown(calculate(line.value)) : "";
  } catch {
    result.textContent = "";
  }
}
function finish() {
  if (!line.value.trim()) return;
  try {
    const value = calculate(line.value);
    result.classList.remove("error");
    result.textContent = line.value.trim() + " =";
    line.value = shown(value);
  } catch (error) {
    result.classList.add("error");
    result.textContent = error.message;
  }
}
function clear() {
  line.value = "";
  preview();
}
line.addEventListener("input", preview);
line.addEventListener("keydown", (event) => {
  if (event.isComposing) return;
  if (event.key === "Enter" || event.key === "=") {
    event.preventDefault();
    finish();
  }
});
document.getElementById("pad").addEventListener("click", (event) => {
  const key = event.target.dataset.key;
  if (!key) return;
  if (key === "=") finish();
  else if (key === "C") clear();
  else {
    line.setRangeText(key, line.selectionStart, line.selectionEnd, "end");
    preview();
  }
});
line.focus();
