// When the page was first painted (Paint Timing, W3C): milliseconds since 1970, 0 if nothing has been painted.
() => {
  const [entry] = performance.getEntriesByName('first-contentful-paint');
  return entry ? performance.timeOrigin + entry.startTime : 0;
}
