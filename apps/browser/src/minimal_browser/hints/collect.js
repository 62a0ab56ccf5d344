// Finds up to `limit` links, fields and buttons in view, remembers them for follow.js and returns their positions as JSON.
(limit) => {
  const selector = 'a[href], area[href], button, input:not([type=hidden]), select, textarea, summary, label[for], ' +
    '[contenteditable=""], [contenteditable=true], [onclick], [role=button], [role=link], [role=tab], ' +
    '[role=checkbox], [role=menuitem], [role=option], [role=switch], [tabindex]:not([tabindex="-1"])';
  const found = [], elements = [];
  const look = (root, dx, dy) => {
    for (const e of root.querySelectorAll('*')) {
      if (found.length >= limit) return;
      if (e.shadowRoot) look(e.shadowRoot, dx, dy);
      if (e.tagName === 'IFRAME') {
        try {
          const r = e.getBoundingClientRect();
          if (e.contentDocument) look(e.contentDocument, dx + r.left + e.clientLeft, dy + r.top + e.clientTop);
        } catch {}
      }
      if (!e.matches(selector) || e.disabled) continue;
      const box = [...e.getClientRects()].find((r) => r.width > 2 && r.height > 2 &&
        r.bottom + dy > 0 && r.right + dx > 0 && r.top + dy < innerHeight && r.left + dx < innerWidth);
      if (!box || !e.checkVisibility({checkOpacity: false, checkVisibilityCSS: true})) continue;
      const x = Math.min(Math.max(box.left + box.width / 2, 0), innerWidth - 1);
      const y = Math.min(Math.max(box.top + box.height / 2, 0), innerHeight - 1);
      const top = root.elementFromPoint ? root.elementFromPoint(x, y) : e;
      if (top && top !== e && !e.contains(top) && !top.contains(e) && !(top.shadowRoot && top.shadowRoot.contains(e)))
        continue;
      elements.push(e);
      found.push([Math.max(0, box.left + dx), Math.max(0, box.top + dy)]);
    }
  };
  look(document, 0, 0);
  globalThis.hinted = elements;
  return JSON.stringify(found);
}
