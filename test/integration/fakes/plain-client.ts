import { once } from 'node:events';
import { WebSocket } from 'ws';
import { WRAPPER } from '../../fakes/mexc/mexc-schema.js';

export interface Deal {
  readonly price: string;
  readonly quantity: string;
  readonly tradeType: number;
  readonly time: number;
  readonly tradeId: string;
}

export interface Push {
  readonly channel: string;
  readonly symbol?: string;
  readonly sendTime?: number;
  readonly createTime?: number;
  readonly publicAggreDeals?: { readonly deals?: readonly Deal[]; readonly eventType?: string };
  readonly publicAggreBookTicker?: Readonly<Record<string, string | number>>;
  readonly publicSpotKline?: Readonly<Record<string, string | number>>;
}

/** A websocket that writes down all that it gets; protobufjs reads the binary frames. */
export interface PlainClient {
  readonly socket: WebSocket;
  readonly texts: string[];
  readonly pushes: Push[];
  readonly binaries: Buffer[];
  /** Binary frames that could not be decoded. */
  unreadable: number;
  serverPings: number;
  /** Resolves with the close code as this side sees it. */
  readonly closed: Promise<number>;
  send(message: unknown): void;
  deals(): readonly Deal[];
  end(): void;
}

export const DEALS = 'spot@public.aggre.deals.v3.api.pb@100ms@';

export async function connectPlain(url: string): Promise<PlainClient> {
  const socket = new WebSocket(url);
  const client: PlainClient = {
    socket,
    texts: [],
    pushes: [],
    binaries: [],
    unreadable: 0,
    serverPings: 0,
    closed: new Promise((resolve) => socket.once('close', resolve)),
    send: (message) => {
      socket.send(typeof message === 'string' ? message : JSON.stringify(message));
    },
    deals: () => client.pushes.flatMap((push) => push.publicAggreDeals?.deals ?? []),
    end: () => {
      socket.terminate();
    },
  };
  socket.on('message', (data, isBinary) => {
    const bytes = data as Buffer;
    if (!isBinary) client.texts.push(bytes.toString('utf8'));
    else {
      client.binaries.push(bytes);
      const push = decodePush(bytes);
      if (push === null) client.unreadable += 1;
      else client.pushes.push(push);
    }
  });
  socket.on('ping', () => (client.serverPings += 1));
  await once(socket, 'open');
  // From here on a broken connection is something that the test looks at.
  socket.on('error', () => undefined);
  return client;
}

export function decodePush(bytes: Buffer): Push | null {
  try {
    return WRAPPER.toObject(WRAPPER.decode(bytes), { longs: Number }) as Push;
  } catch {
    return null;
  }
}

export function subscribeDeals(client: PlainClient, ...symbols: readonly string[]): void {
  client.send({ method: 'SUBSCRIPTION', params: symbols.map((symbol) => DEALS + symbol) });
}

const WAIT_MS = 30_000;

/** Looks again at every turn of the event loop; the bound only ends a test that would hang. */
export async function eventually(condition: () => boolean, what: string): Promise<void> {
  const deadlineMs = performance.now() + WAIT_MS;
  while (!condition()) {
    if (performance.now() > deadlineMs) throw new Error(`${what} did not come true`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
