import { once } from 'node:events';
import { createServer, type Server } from 'node:http';

type Figures = Record<string, number>;

/** A service of a stack: its /health is always well, and its /metrics say what the test says. */
export class FakeService {
  readonly figures: Figures;
  /** Added to a figure at each scrape. */
  readonly grows: Figures = {};
  status: unknown = null;
  readonly #server: Server;
  #port = 0;

  private constructor(figures: Figures) {
    this.figures = { ...figures };
    this.#server = createServer((request, response) => {
      if (request.url === '/metrics') {
        const lines = Object.entries(this.figures).map(([name, value]) => `${name} ${value}`);
        response.end(`# HELP written by hand\n${lines.join('\n')}\n`);
        for (const [name, step] of Object.entries(this.grows)) {
          this.figures[name] = (this.figures[name] ?? 0) + step;
        }
      } else if (request.url === '/status' && this.status !== null) {
        response.end(JSON.stringify(this.status));
      } else if (request.url === '/health') {
        response.end('{"status":"ok"}');
      } else {
        response.writeHead(404).end();
      }
    });
  }

  static async start(figures: Figures): Promise<FakeService> {
    const service = new FakeService(figures);
    service.#server.listen(0, '127.0.0.1');
    await once(service.#server, 'listening');
    const address = service.#server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    service.#port = address.port;
    return service;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  async end(): Promise<void> {
    if (!this.#server.listening) return;
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }
}
