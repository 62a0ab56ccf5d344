// Scrolls the page or, if the page itself does not scroll, the scrollable box with the focus or in its middle.
// `kind` is "pixels" (x, y), "pages" (x is unused, y in heights of the view) or "percent" (y, 0 to 100).
(kind, x, y) => {
  const root = document.scrollingElement || document.documentElement;
  const mayScroll = (e) => /auto|scroll|overlay/.test(getComputedStyle(e).overflowY);
  const scrolls = (e) => e.scrollHeight > e.clientHeight + 1 && mayScroll(e);
  let box = root;
  if (root.scrollHeight <= innerHeight + 1) {
    let e = document.activeElement;
    while (e && e !== document.body && !scrolls(e)) e = e.parentElement;
    if (!e || e === document.body) {
      e = document.elementFromPoint(innerWidth / 2, innerHeight / 2);
      while (e && !scrolls(e)) e = e.parentElement;
    }
    if (e) box = e;
  }
  const height = box === root ? innerHeight : box.clientHeight;
  const behavior = 'instant';
  if (kind === 'pixels') box.scrollBy({left: x, top: y, behavior});
  else if (kind === 'pages') box.scrollBy({top: height * y, behavior});
  else box.scrollTo({top: (box.scrollHeight - height) * y / 100, behavior});
}
