// The visible text of the page, cut to `limit` characters; '' for a page that asks for a password.
(limit) =>
  document.querySelector('input[type=password]') || !document.body ? '' : document.body.innerText.slice(0, limit)
