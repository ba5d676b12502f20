import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

export type ProxyMode =
  | 'pass'
  /** Connections stay open and nothing moves. */
  | 'silent'
  /** What the client sends arrives; the answer never does, and the connection is cut. */
  | 'lose-answers'
  /** Nobody may connect, and nobody stays. */
  | 'closed';

/** Between a client and a real server on loopback. */
export class TcpProxy {
  mode: ProxyMode = 'pass';
  delayMs = 0;
  /** Of connections from now on. */
  targetPort: number;
  readonly #server: Server;
  readonly #pairs = new Set<readonly [Socket, Socket]>();
  readonly #port: number;

  private constructor(server: Server, port: number, targetPort: number) {
    this.#server = server;
    this.#port = port;
    this.targetPort = targetPort;
  }

  static async start(targetPort: number): Promise<TcpProxy> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    const proxy = new TcpProxy(server, address.port, targetPort);
    server.on('connection', (client) => {
      proxy.#join(client, connect(proxy.targetPort, '127.0.0.1'));
    });
    return proxy;
  }

  get port(): number {
    return this.#port;
  }

  /** Ends every connection that is open now. */
  cut(): void {
    for (const pair of this.#pairs) for (const socket of pair) socket.destroy();
    this.#pairs.clear();
  }

  async close(): Promise<void> {
    this.cut();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #join(client: Socket, server: Socket): void {
    const pair = [client, server] as const;
    this.#pairs.add(pair);
    const end = () => {
      this.#pairs.delete(pair);
      client.destroy();
      server.destroy();
    };
    for (const socket of pair) socket.on('error', end).on('close', end);
    if (this.mode === 'closed') {
      end();
      return;
    }
    client.on('data', (bytes) => {
      this.#pass(bytes, server);
    });
    server.on('data', (bytes) => {
      if (this.mode === 'lose-answers') end();
      else this.#pass(bytes, client);
    });
  }

  #pass(bytes: Buffer, to: Socket): void {
    if (this.mode === 'silent' || this.mode === 'closed') return;
    if (this.delayMs === 0) to.write(bytes);
    else
      setTimeout(() => {
        if (!to.destroyed) to.write(bytes);
      }, this.delayMs);
  }
}
