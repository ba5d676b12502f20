import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type GuardedServer,
  readPostmasterFile,
  startGuarded,
} from '../../../src/adapters/embedded/guarded-server.js';
import { findBinaries } from '../../../src/adapters/embedded/postgres-binaries.js';
import {
  chooseServerUser,
  runAs,
  type ServerUser,
} from '../../../src/adapters/embedded/server-user.js';
import type { SqlRow } from '../../../src/engine/ports/sql-session.js';
import { query, until } from '../embedded/embedded-fixture.js';

interface UrlParts {
  readonly user?: string;
  readonly password?: string;
  readonly host?: string;
  readonly port?: number;
  readonly database?: string;
  /** With its question mark. */
  readonly query?: string;
}

/** As an operator's server: its own port, its own users, a password. */
export class ExternalPostgres {
  readonly port: number;
  readonly password = randomBytes(9).toString('base64url');
  /** PEM of the authority that signed the server's certificate for "localhost". */
  readonly caFile: string;
  readonly #base: string;
  readonly #binDir: string;
  readonly #user: ServerUser | null;
  #server: GuardedServer | null = null;
  #said = '';

  private constructor(base: string, binDir: string, user: ServerUser | null, port: number) {
    this.#base = base;
    this.#binDir = binDir;
    this.#user = user;
    this.port = port;
    this.caFile = join(base, 'ca.pem');
  }

  /** Of the distribution, or of any version in CDB_TEST_PG_BIN; without one the test fails here. */
  static async start(): Promise<ExternalPostgres> {
    const base = mkdtempSync(join(tmpdir(), 'cdb-external-'));
    chmodSync(base, 0o711);
    const dataDir = join(base, 'data');
    const user = chooseServerUser(dataDir);
    const where = { configuredDir: undefined, base, dataDir, madeBy: null, user, nativeDir: null };
    const binDir = process.env['CDB_TEST_PG_BIN'] ?? (await findBinaries(where)).binDir;
    const external = new ExternalPostgres(base, binDir, user, await freePort());
    await external.#create();
    await external.startAgain();
    return external;
  }

  url(parts: UrlParts = {}): string {
    const { user = 'cdb', password = this.password, host = '127.0.0.1', query = '' } = parts;
    const { database = 'cdb', port = this.port } = parts;
    return `postgres://${user}:${password}@${host}:${port}/${database}${query}`;
  }

  get connection() {
    const { port, password } = this;
    return { host: '127.0.0.1', port, user: 'cdb', database: 'cdb', password };
  }

  /** Runs statements as the superuser and gives the rows of the last. */
  async run(database: string, ...statements: readonly string[]): Promise<readonly SqlRow[]> {
    return query({ ...this.connection, database }, ...statements);
  }

  async startAgain(...settings: readonly string[]): Promise<void> {
    const server = await startGuarded({
      command: [
        join(this.#binDir, 'postgres'),
        ...['-D', this.#dataDir, '-p', String(this.port), '-k', this.#base],
        ...[...SETTINGS, ...settings].flatMap((setting) => ['-c', setting]),
      ],
      user: this.#user,
      onStderr: (chunk) => (this.#said = (this.#said + chunk.toString()).slice(-4_000)),
    });
    this.#server = server;
    await until('the external server takes connections', () => {
      if (server.exit() !== null) throw new Error(`the external server ended: ${this.#said}`);
      const file = readPostmasterFile(this.#dataDir);
      return file?.pid === server.pid && file.ready;
    });
  }

  /** SIGINT is its fast shutdown, SIGKILL its crash. */
  async stop(signal: 'SIGINT' | 'SIGKILL' = 'SIGINT'): Promise<void> {
    const server = this.#server;
    this.#server = null;
    if (server === null) return;
    process.kill(server.pid, signal);
    await server.exited;
  }

  async end(): Promise<void> {
    await this.stop('SIGKILL');
    rmSync(this.#base, { recursive: true, force: true, maxRetries: 20 });
  }

  get #dataDir(): string {
    return join(this.#base, 'data');
  }

  async #create(): Promise<void> {
    mkdirSync(this.#dataDir, { mode: 0o700 });
    this.#give(this.#base, this.#dataDir);
    const passwordFile = this.#file('password', this.password);
    const initdb = join(this.#binDir, 'initdb');
    const auth = ['--auth-local=trust', '--auth-host=scram-sha-256', '--pwfile', passwordFile];
    const form = ['--encoding=UTF8', '--locale=C', '--no-sync'];
    await this.#run([initdb, '-D', this.#dataDir, '-U', 'cdb', ...auth, ...form], '');
    const single = ['--single', '-D', this.#dataDir, '-c', 'exit_on_error=on', 'template1'];
    await this.#run([join(this.#binDir, 'postgres'), ...single], 'CREATE DATABASE cdb\n');
    this.#makeCertificates();
  }

  async #run(command: [string, ...string[]], input: string): Promise<void> {
    const { status, output } = await runAs(this.#user, command, { timeoutMs: 60_000, input });
    if (status !== 0) throw new Error(`${command.join(' ')}: ${output}`);
  }

  #makeCertificates(): void {
    const openssl = (...args: readonly string[]) => {
      execFileSync('openssl', args, { cwd: this.#base, stdio: 'pipe' });
    };
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
    const ca = ['-subj', '/CN=test CA', '-keyout', 'ca.key', '-out', 'ca.pem'];
    openssl('req', '-x509', ...key, '-days', '2', ...ca);
    openssl('req', ...key, '-subj', '/CN=localhost', '-keyout', 'server.key', '-out', 'server.csr');
    writeFileSync(join(this.#base, 'names'), 'subjectAltName=DNS:localhost\n');
    const by = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-extfile', 'names'];
    openssl('x509', '-req', '-in', 'server.csr', ...by, '-days', '2', '-out', 'server.crt');
    for (const name of ['server.key', 'server.crt']) {
      execFileSync('cp', [join(this.#base, name), this.#dataDir]);
      chmodSync(join(this.#dataDir, name), 0o600);
      this.#give(join(this.#dataDir, name));
    }
  }

  #file(name: string, text: string): string {
    const path = join(this.#base, name);
    writeFileSync(path, text, { mode: 0o600 });
    this.#give(path);
    return path;
  }

  #give(...paths: readonly string[]): void {
    if (this.#user === null) return;
    for (const path of paths) chownSync(path, this.#user.uid, this.#user.gid);
  }
}

/** What is committed here has to survive a test, not a power failure. */
const SETTINGS = [
  'listen_addresses=127.0.0.1',
  'max_connections=30',
  'shared_buffers=16MB',
  'ssl=on',
  'logging_collector=off',
  'log_destination=stderr',
];

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (typeof address !== 'object' || address === null) throw new Error('no free port');
  return address.port;
}
