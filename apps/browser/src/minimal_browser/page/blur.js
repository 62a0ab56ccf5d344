// Takes the caret out of the field that has the focus, so that no input method stays active there.
() => {
  const focused = document.activeElement;
  if (focused && focused !== document.body) focused.blur();
}
