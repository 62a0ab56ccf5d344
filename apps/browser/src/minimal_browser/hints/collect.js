// Finds up to `limit` links, fields and buttons in view, remembers them for follow.js and returns their positions as JSON.
// Methods and getters come from the prototypes: a form's or document's own are hidden by elements of their names.
(limit) => {
  const selector = 'a[href], area[href], button, input:not([type=hidden]), select, textarea, summary, label[for], ' +
    '[contenteditable]:not([contenteditable=false]), [onclick], [onmousedown], [onmouseup], [onpointerdown], ' +
    '[role=button], [role=link], [role=tab], [role=checkbox], [role=radio], [role=switch], [role=combobox], ' +
    '[role=menuitem], [role=menuitemcheckbox], [role=menuitemradio], [role=option], [role=treeitem], [role=slider], ' +
    '[role=spinbutton], [role=textbox], [role=searchbox], video[controls], audio[controls], ' +
    '[tabindex]:not([tabindex="-1"])';
  const call = (method, object, ...values) => Reflect.apply(method, object, values);
  const get = (type, name, object) => call(Object.getOwnPropertyDescriptor(type.prototype, name).get, object);
  const {matches, getBoundingClientRect, getClientRects, checkVisibility} = Element.prototype;
  const all = {9: Document.prototype.querySelectorAll, 11: DocumentFragment.prototype.querySelectorAll};
  const atPoint = {9: Document.prototype.elementFromPoint, 11: ShadowRoot.prototype.elementFromPoint};
  const contains = (outer, inner) => call(Node.prototype.contains, outer, inner);
  const shadow = (element) => get(Element, 'shadowRoot', element);
  const found = [], elements = [];
  const look = (root, dx, dy) => {
    const type = get(Node, 'nodeType', root);
    for (const e of call(all[type], root, '*')) {
      if (found.length >= limit) return;
      if (shadow(e)) look(shadow(e), dx, dy);
      if (get(Element, 'tagName', e) === 'IFRAME') {
        try {
          const r = call(getBoundingClientRect, e);
          const inner = get(HTMLIFrameElement, 'contentDocument', e);
          if (inner) look(inner, dx + r.left + e.clientLeft, dy + r.top + e.clientTop);
        } catch {}
      }
      if (!call(matches, e, selector) || call(matches, e, ':disabled')) continue;
      const box = [...call(getClientRects, e)].find((r) => r.width > 2 && r.height > 2 &&
        r.bottom + dy > 0 && r.right + dx > 0 && r.top + dy < innerHeight && r.left + dx < innerWidth);
      if (!box || !call(checkVisibility, e, {checkOpacity: false, checkVisibilityCSS: true})) continue;
      const x = Math.min(Math.max(box.left + box.width / 2, 0), innerWidth - 1);
      const y = Math.min(Math.max(box.top + box.height / 2, 0), innerHeight - 1);
      const top = call(atPoint[type], root, x, y);
      if (top && top !== e && !contains(e, top) && !contains(top, e) && !(shadow(top) && contains(shadow(top), e)))
        continue;
      elements.push(e);
      found.push([Math.max(0, box.left + dx), Math.max(0, box.top + dy)]);
    }
  };
  look(document, 0, 0);
  // A label does what its field does, if the field has a hint of its own.
  const seen = new Set(elements);
  const kept = elements.map((e) => !(e instanceof HTMLLabelElement && e.control && seen.has(e.control)));
  globalThis.hinted = elements.filter((_, index) => kept[index]);
  return JSON.stringify(found.filter((_, index) => kept[index]));
}
