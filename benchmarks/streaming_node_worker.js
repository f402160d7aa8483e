// What Node's http does with the same work: one event a second, the same bytes to all who listen.
const http = require("http");
const [port, size] = process.argv.slice(2).map(Number);
const anchor = 946684800;
const listeners = new Set();
http.createServer((request, response) => {
  response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-cache" });
  response.write("retry: 2000\n\n");
  listeners.add(response);
  response.on("close", () => listeners.delete(response));
}).listen(port, "127.0.0.1", 4096, () => console.log("up"));
let next = Math.floor(Date.now() / 1000) + 1;
function tick() {
  if (Date.now() / 1000 >= next) {
    const event = Buffer.from(`id: ${anchor}.${next - 1 - anchor}.0\ndata: ${"x".repeat(size)}\n\n`);
    for (const response of listeners) response.write(event);
    next += 1;
  }
  setTimeout(tick, Math.max(1, next * 1000 - Date.now()));
}
tick();
