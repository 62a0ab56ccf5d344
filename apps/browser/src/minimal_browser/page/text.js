// Address, title, selection and visible text of the page as JSON, the texts cut to `limit` characters.
(limit) => {
  const cut = (text) => (text || '').slice(0, limit);
  return JSON.stringify({
    location: location.href,
    title: cut(document.title),
    selection: cut(String(getSelection())),
    text: cut(document.body ? document.body.innerText : ''),
  });
}
