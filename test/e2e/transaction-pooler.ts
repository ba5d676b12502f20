import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import pg from 'pg';
import type { ExternalPostgres } from '../integration/postgres/external-postgres.js';

/** `R` 0, `K` with numbers of its own, `Z` idle: all that a client waits for before it asks. */
const READY = Buffer.from([
  ...[0x52, 0, 0, 0, 8, 0, 0, 0, 0],
  ...[0x4b, 0, 0, 0, 12, 0, 0, 0x30, 0x39, 0, 0, 0, 1],
  ...[0x5a, 0, 0, 0, 5, 0x49],
]);

/** Hands the simple queries of all its clients to one session, as a pooler of transactions may. */
export class TransactionPooler {
  readonly #backend: pg.Client;
  readonly #clients = new Set<Socket>();
  readonly #server: Server;

  private constructor(backend: pg.Client) {
    this.#backend = backend;
    this.#server = createServer((client) => {
      this.#clients.add(client);
      client.on('error', () => undefined);
      client.once('data', () => {
        client.write(READY);
        client.on('data', (message) => void this.#answer(client, message));
      });
    });
  }

  static async before(server: ExternalPostgres): Promise<TransactionPooler> {
    const backend = new pg.Client(server.connection);
    await backend.connect();
    const pooler = new TransactionPooler(backend);
    await new Promise<void>((resolve) => pooler.#server.listen(0, '127.0.0.1', resolve));
    return pooler;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async end(): Promise<void> {
    for (const client of this.#clients) client.destroy();
    this.#server.close();
    await this.#backend.end();
  }

  /** One query of one row with texts; nothing else is asked of it. */
  async #answer(client: Socket, message: Buffer): Promise<void> {
    if (message[0] !== 0x51) return;
    const text = message.toString('utf8', 5, message.length - 1);
    const { rows, fields } = await this.#backend.query<Record<string, unknown>>(text);
    const names = fields.map(({ name, dataTypeID }) => ({ name, dataTypeID }));
    const parts = [rowDescription(names), ...rows.map((row) => dataRow(Object.values(row)))];
    client.write(Buffer.concat([...parts, frame('C', Buffer.from('SELECT 1\0')), IDLE]));
  }
}

const IDLE = frame('Z', Buffer.from('I'));

function frame(kind: string, body: Buffer): Buffer {
  const head = Buffer.alloc(5);
  head.write(kind, 0);
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}

function rowDescription(fields: readonly { name: string; dataTypeID: number }[]): Buffer {
  const all = fields.map(({ name, dataTypeID }) => {
    const rest = Buffer.alloc(18);
    rest.writeInt32BE(dataTypeID, 6);
    return Buffer.concat([Buffer.from(`${name}\0`), rest]);
  });
  return frame('T', Buffer.concat([int16(fields.length), ...all]));
}

function dataRow(values: readonly unknown[]): Buffer {
  const all = values.map((value) => {
    const text = Buffer.from(typeof value === 'boolean' ? (value ? 't' : 'f') : String(value));
    const length = Buffer.alloc(4);
    length.writeInt32BE(text.length);
    return Buffer.concat([length, text]);
  });
  return frame('D', Buffer.concat([int16(values.length), ...all]));
}

function int16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeInt16BE(value);
  return bytes;
}
