// Loads `url` in place of the current entry of the tab's history.
(url) => location.replace(url)
