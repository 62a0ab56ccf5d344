// Runs in every frame of a generated page before anything of its own. It closes the two ways to the network that
// neither Content-Security-Policy nor the request interceptor sees: WebRTC, and connections opened ahead by <link>.
// Only the first policy named "default" counts, and the page's CSP allows no other: the page cannot undo this.
(() => {
  for (const name of ["RTCPeerConnection", "webkitRTCPeerConnection", "RTCIceTransport", "RTCDtlsTransport"]) {
    delete self[name];
  }
  const withoutLinks = (html) => html.replace(/<(?=link)/gi, "<x-");
  trustedTypes.createPolicy("default", {
    createHTML: withoutLinks,
    createScript: (code, _type, sink) => (/location|href|navigat/i.test(sink) ? null : code),
    createScriptURL: () => null,
  });
  const refuse = (prototype, name, tag) => {
    const made = prototype[name];
    Object.defineProperty(prototype, name, {
      configurable: false,
      writable: false,
      value(...given) {
        const wanted = String(given[tag]);
        given[tag] = /link$/i.test(wanted) ? "x-link" : wanted;
        return Reflect.apply(made, this, given);
      },
    });
  };
  refuse(Document.prototype, "createElement", 0);
  refuse(Document.prototype, "createElementNS", 1);
  delete self.XSLTProcessor;
})();
