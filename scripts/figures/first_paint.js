// The time of the first contentful paint in milliseconds since 1970, or 0 before it.
(() => {
  const [paint] = performance.getEntriesByName("first-contentful-paint");
  return paint ? performance.timeOrigin + paint.startTime : 0;
})();
