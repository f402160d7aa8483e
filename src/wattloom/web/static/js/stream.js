/** Server-Sent Events over fetch, which unlike EventSource can say why it was refused, and resumes after any cut. */

import { complaint } from "./api.js";

/** No byte for this long, s, and the connection is taken for dead: the server gives a sign of life every 15. */
const SILENCE = 40;
const LONGEST = 15_000;

/**
 * Follows a path until it is stopped.
 *
 * - `event(data)`, `named(name, data)`: what came;
 * - `state(name, words)`: connecting, open, lost, or refused, after which nothing more comes.
 */
export class Stream {
  constructor(path, handlers) {
    this.path = path;
    this.handlers = handlers;
    this.last = "";
    this.retry = 1000;
    this.failures = 0;
    this.stopped = false;
    this.wake = () => {};
    this.hurry = () => this.wake();
    window.addEventListener("online", this.hurry);
    document.addEventListener("visibilitychange", this.hurry);
    this.run();
  }

  /** Lets go of the connection for good. */
  stop() {
    this.stopped = true;
    window.removeEventListener("online", this.hurry);
    document.removeEventListener("visibilitychange", this.hurry);
    this.abort?.abort();
    this.wake();
  }

  async run() {
    this.tell("connecting");
    while (!this.stopped) {
      try {
        await this.connect();
      } catch {
        // Whatever went wrong with the connection, the answer is to try again.
      }
      if (this.stopped || this.refused) return;
      this.tell("lost");
      const pause = Math.min(LONGEST, this.retry * 2 ** Math.min(this.failures++, 4));
      await new Promise((resolve) => {
        this.wake = resolve;
        setTimeout(resolve, pause * (0.75 + Math.random() / 2));
      });
    }
  }

  async connect() {
    this.abort = new AbortController();
    this.listen();
    try {
      const headers = this.last ? { "Last-Event-ID": this.last } : {};
      const response = await fetch(this.path, { headers, signal: this.abort.signal, cache: "no-store" });
      if (!response.ok) {
        const words = await complaint(response);
        this.refused = response.status < 500 && response.status !== 429;
        this.tell(this.refused ? "refused" : "lost", words);
        return;
      }
      this.tell("open");
      await this.read(response.body.pipeThrough(new TextDecoderStream()).getReader());
    } finally {
      clearTimeout(this.watchdog);
      this.abort.abort();
    }
  }

  async read(reader) {
    let rest = "";
    for (;;) {
      const { value, done } = await reader.read();
      if (done || this.stopped) return;
      this.listen();
      const blocks = (rest + value).split("\n\n");
      rest = blocks.pop();
      for (const block of blocks) this.take(block);
    }
  }

  /** One event: fields on lines of their own. */
  take(block) {
    const fields = {};
    for (const line of block.split("\n")) {
      const colon = line.indexOf(":");
      if (colon > 0) fields[line.slice(0, colon)] = line.slice(colon + 1).trimStart();
    }
    if (fields.retry) this.retry = Math.max(200, Number(fields.retry) || 1000);
    if (!fields.data) return;
    this.failures = 0;
    if (fields.id) this.last = fields.id;
    const data = JSON.parse(fields.data);
    if (fields.event) this.handlers.named?.(fields.event, data);
    else this.handlers.event(data);
  }

  listen() {
    clearTimeout(this.watchdog);
    this.watchdog = setTimeout(() => this.abort.abort(), SILENCE * 1000);
  }

  tell(name, words = "") {
    if (!this.stopped) this.handlers.state(name, words);
  }
}
