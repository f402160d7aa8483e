/** The service worker, with which the widget opens without a connection. */

/** Registers it where the browser has such a thing: on https and on this machine itself. */
export function offline() {
  navigator.serviceWorker?.register("/static/sw.js", { scope: "/" }).catch(() => {});
}
