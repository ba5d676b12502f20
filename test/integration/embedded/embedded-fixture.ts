import { chmodSync, chownSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import {
  type EmbeddedOptions,
  type EmbeddedPostgres,
  openEmbeddedPostgres,
  type PgConnection,
} from '../../../src/adapters/embedded/embedded-postgres.js';
import { systemClock } from '../../../src/adapters/system-clock.js';

export const IS_ROOT = process.getuid?.() === 0;
/** A user without rights, for what must also work when cdb is not root. */
export const NOBODY = 65_534;

/** Directories and servers of one test, ended and removed by `end`. */
export class EmbeddedFixture {
  readonly #directories: string[] = [];
  readonly #servers: EmbeddedPostgres[] = [];

  /** An empty directory that every user can pass through. */
  directory(): string {
    const path = mkdtempSync(join(tmpdir(), 'cdb-pg-'));
    chmodSync(path, 0o711);
    this.#directories.push(path);
    return path;
  }

  /** An empty directory of a user without rights, or of ourselves when we are not root. */
  directoryOfNobody(): string {
    const path = this.directory();
    if (IS_ROOT) chownSync(path, NOBODY, NOBODY);
    return path;
  }

  async open(
    stateDir: string,
    options: Partial<Omit<EmbeddedOptions, 'stateDir'>> = {},
  ): Promise<EmbeddedPostgres> {
    const server = await openEmbeddedPostgres({
      stateDir,
      owner: 'cdb test',
      waitForLockMs: 0,
      clock: systemClock(),
      ...options,
    });
    this.#servers.push(server);
    return server;
  }

  async end(): Promise<void> {
    await Promise.all(this.#servers.splice(0).map((server) => server.stop()));
    for (const path of this.#directories.splice(0)) {
      rmSync(path, { recursive: true, force: true, maxRetries: 10 });
    }
  }
}

/** Polls until true; fails loudly at the deadline. */
export async function until(
  what: string,
  condition: () => boolean | Promise<boolean>,
  timeoutMs = 20_000,
): Promise<void> {
  const deadlineMs = performance.now() + timeoutMs;
  while (!(await condition())) {
    if (performance.now() > deadlineMs) throw new Error(`timed out waiting: ${what}`);
    await pause(20);
  }
}

export async function query(
  connection: PgConnection,
  ...statements: readonly string[]
): Promise<readonly Record<string, unknown>[]> {
  const client = new pg.Client({ ...connection, connectionTimeoutMillis: 5_000 });
  client.on('error', () => undefined);
  await client.connect();
  try {
    let rows: readonly Record<string, unknown>[] = [];
    for (const statement of statements) ({ rows } = await client.query(statement));
    return rows;
  } finally {
    await client.end();
  }
}
