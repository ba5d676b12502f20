import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
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
  #mode: ProxyMode = 'pass';
  delayMs = 0;
  /** Sees what a client sends before the server does; it may cut, and the bytes never arrive. */
  onClientBytes: ((bytes: Buffer) => void) | null = null;
  /** Of connections from now on. */
  targetPort: number;
  readonly #server: Server;
  readonly #pairs = new Set<readonly [Socket, Socket]>();
  readonly #port: number;
  /** What each socket still gets late. */
  readonly #late = new Map<Socket, Promise<void>>();

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

  get mode(): ProxyMode {
    return this.#mode;
  }

  /** What is under way in a silence arrives behind it: a connection that lives loses no byte. */
  set mode(mode: ProxyMode) {
    this.#mode = mode;
    if (mode === 'closed') this.cut();
    for (const pair of this.#pairs) {
      for (const socket of pair) {
        if (mode === 'silent') socket.pause();
        else socket.resume();
      }
    }
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
    if (this.#mode === 'closed') {
      end();
      return;
    }
    client.on('data', (bytes) => {
      this.onClientBytes?.(bytes);
      if (!client.destroyed) this.#pass(bytes, server);
    });
    server.on('data', (bytes) => {
      if (this.#mode === 'lose-answers') end();
      else this.#pass(bytes, client);
    });
    // Listening to data sets a socket going.
    if (this.#mode === 'silent') for (const socket of pair) socket.pause();
  }

  #pass(bytes: Buffer, to: Socket): void {
    const before = this.#late.get(to);
    if (this.delayMs === 0 && before === undefined) {
      to.write(bytes);
      return;
    }
    // Behind what is late already: bytes do not overtake each other.
    const { delayMs } = this;
    const late = Promise.all([before, pause(delayMs)]).then(() => {
      if (!to.destroyed) to.write(bytes);
      if (this.#late.get(to) === late) this.#late.delete(to);
    });
    this.#late.set(to, late);
  }
}
