// Follows the element at `index` of those that collect.js found, and returns as JSON what is left to do.
// Fields get the focus, links a click, but a link that opens `elsewhere` only returns its address. For anything else the
// position to click is returned: a click by script is not the user's, and opens no file dialog, full screen or window.
// The address of every link is returned with that of its document, for `navigation_policy`.
(index, elsewhere) => {
  const e = globalThis.hinted && globalThis.hinted[index];
  globalThis.hinted = null;
  if (!e || !e.isConnected) return JSON.stringify({gone: true});
  const link = e.closest('a[href], area[href]');
  const svg = link && link.href.baseVal !== undefined;
  const href = !link ? '' : svg ? new URL(link.href.baseVal, link.baseURI).href : link.href;
  // An image with the name URL hides the document's own.
  const source = Object.getOwnPropertyDescriptor(Document.prototype, 'URL').get.call(e.ownerDocument);
  const page = /^(https?|file|filesystem|mb|mb-generated|view-source|chrome|about|blob|data|javascript):/i.test(href);
  if (page && (elsewhere || (svg ? link.target.baseVal : link.target) === '_blank'))
    return JSON.stringify({href, source, elsewhere: true});
  const types = /^(text|search|email|url|tel|password|number|date|time|datetime-local|month|week)$/;
  if (e.isContentEditable || e.tagName === 'TEXTAREA' || (e.tagName === 'INPUT' && types.test(e.type))) {
    e.focus();
    return JSON.stringify({field: true});
  }
  e.focus();
  const box = e.getClientRects()[0];
  if (!link && box) {
    let x = Math.min(Math.max(box.left + box.width / 2, 1), e.ownerDocument.defaultView.innerWidth - 1);
    let y = Math.min(Math.max(box.top + box.height / 2, 1), e.ownerDocument.defaultView.innerHeight - 1);
    const hit = e.getRootNode().elementFromPoint(x, y);
    if (hit && (e.contains(hit) || hit.shadowRoot && e.contains(hit))) {
      for (let w = e.ownerDocument.defaultView; w !== window; w = w.parent) {
        const frame = w.frameElement.getBoundingClientRect();
        x += frame.left + w.frameElement.clientLeft;
        y += frame.top + w.frameElement.clientTop;
      }
      return JSON.stringify({click: [x, y]});
    }
  }
  if (e.click) e.click();
  else e.dispatchEvent(new MouseEvent('click', {bubbles: true, cancelable: true, composed: true, view: window}));
  return JSON.stringify({href, source});
}
