import { cpSync, existsSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findRunningPostgres } from '../../src/adapters/embedded/embedded-postgres.js';
import { openLocalEventLog } from '../../src/adapters/files/local-event-log.js';
import { stateDirectory } from '../../src/adapters/files/state-directory.js';
import { systemClock } from '../../src/adapters/system-clock.js';
import { linkLibraries, npmNativeDir } from '../../src/adapters/embedded/npm-binaries.js';
import { query, until } from '../integration/embedded/embedded-fixture.js';
import { askReadyz, askStatus, freePort } from './ask.js';
import { type EngineProcess, Workplace } from './engine-process.js';
import { writeLongerSample } from './longer-sample.js';
import { serverPid } from './leftovers.js';
import { type Verdict, verifyNewestRun, withDatabase } from './verify-run.js';

/** 105 minutes of market in some 20 s: long enough to look at, short enough to wait for. */
const RUN = ['run', '--paper', '--feed', 'sample', '--speed', '300'];
const WAIT_MS = 60_000;

let place: Workplace;
let port = 0;
beforeEach(async () => {
  place = new Workplace();
  port = await freePort();
});
afterEach(() => place.end());

function startEngine(env: Readonly<Record<string, string>> = {}): EngineProcess {
  return place.start(RUN, { env: { CDB_METRICS_PORT: String(port), ...env } });
}

async function untilReadyzIs(status: number, engine: EngineProcess): Promise<string> {
  let text = '';
  await until(
    `/readyz answers ${status}`,
    async () => {
      if (!engine.isAlive) throw new Error(`the engine ended:\n${engine.words}`);
      const answer = await askReadyz(port);
      text = answer?.text ?? '';
      return answer?.status === status;
    },
    WAIT_MS,
  );
  return text;
}

/** It has drained what waited; the rest of the file then goes through as fast as it can. */
async function endsDrained(
  engine: EngineProcess,
  env: Readonly<Record<string, string>> = {},
): Promise<Verdict> {
  await untilReadyzIs(200, engine);
  engine.kill('SIGINT');
  expect((await engine.ended).status, engine.words).toBe(130);
  expect(engine.stdout.slice(-200)).toContain('drained: every decision is in the audit trail');
  const rest = await place.run([...RUN.slice(0, -1), 'max'], { env });
  expect(rest.status, rest.stderr).toBe(0);
  const verdict = await verifyNewestRun(place.stateDir);
  expect(verdict.faults).toEqual([]);
  expect(verdict.finished).toBe(true);
  return verdict;
}

function sql(...statements: readonly string[]): Promise<readonly Record<string, unknown>[]> {
  const running = findRunningPostgres(place.stateDir);
  if (running === null) throw new Error('no database runs');
  return query(running.connection, ...statements);
}

async function decisionsCommitted(): Promise<number> {
  const [row] = await sql('SELECT count(*)::int AS n FROM risk_events');
  return Number(row?.['n']);
}

async function publishedOrders(): Promise<readonly string[]> {
  const streams = join(stateDirectory(place.stateDir).journal, 'streams');
  const log = openLocalEventLog(streams, { clock: systemClock(), readOnly: true });
  const entries = await log.tail('stream.orders', 10_000).finally(() => log.close());
  return entries.map(({ fields }) => fields['order_id'] ?? '');
}

async function withoutRow(orderIds: readonly string[]): Promise<readonly string[]> {
  const rows = await sql('SELECT order_id FROM orders');
  const known = new Set(rows.map((row) => row['order_id']));
  return orderIds.filter((id) => !known.has(id));
}

describe('a run whose table risk_events is dropped', () => {
  it('stops orders, says so, and drains in order once the table is back', async () => {
    const engine = startEngine();
    await engine.says(' risk ');
    await untilReadyzIs(200, engine);
    await until('orders flow', async () => (await decisionsCommitted()) > 50, WAIT_MS);
    // In one transaction: a backup taken a moment earlier would lack the rows of that moment.
    const lock = 'LOCK TABLE risk_events IN ACCESS EXCLUSIVE MODE';
    const keep = 'CREATE TABLE kept AS SELECT * FROM risk_events';
    const blank = 'CREATE TABLE blank (LIKE risk_events INCLUDING ALL)';
    await sql('BEGIN', lock, keep, blank, 'DROP TABLE risk_events', 'COMMIT');

    const said = await untilReadyzIs(503, engine);
    expect(said).toContain('audit STALLED');
    const before = await publishedOrders();
    expect(await withoutRow(before)).toEqual([]);
    const status = await askStatus(place);
    expect(status.exit).toBe(1);
    expect(status.text).toMatch(/audit STALLED.*risk_events.*orders stopped/);
    await until('decisions are refused', async () =>
      /RK_AUDIT/.test((await askStatus(place)).text),
    );
    // No row, no order: nothing was published meanwhile.
    expect(await publishedOrders()).toEqual(before);

    const columns = 'SELECT column_name FROM information_schema.columns';
    const found = await sql(
      'ALTER TABLE blank RENAME TO risk_events',
      `${columns} WHERE table_name = 'kept' AND column_name <> 'id'`,
    );
    const names = found.map((row) => `"${String(row['column_name'])}"`).join(', ');
    await sql(`INSERT INTO risk_events (${names}) SELECT ${names} FROM kept ORDER BY id`);
    const verdict = await endsDrained(engine);
    expect(verdict.inputKinds).toMatchObject({ AuditStalled: 1, AuditRecovered: 1 });
  });
});

describe('a run whose database cannot start again', () => {
  const binaries = () => join(place.path, 'programs');
  const takeAway = () => {
    rmSync(binaries());
  };
  const bringBack = () => {
    // A copy, because the server's user may not reach the checkout.
    const nativeDir = join(place.path, 'native');
    if (!existsSync(nativeDir)) {
      cpSync(npmNativeDir() ?? '', nativeDir, { recursive: true, verbatimSymlinks: true });
      linkLibraries(nativeDir);
    }
    symlinkSync(join(nativeDir, 'bin'), binaries());
  };
  const env = () => ({ CDB_POSTGRES_BINARIES_DIR: binaries() });

  async function killForGood(engine: EngineProcess): Promise<void> {
    await engine.says(' risk ');
    takeAway();
    process.kill(serverPid(place.stateDir) ?? 0, 'SIGKILL');
    const said = await untilReadyzIs(503, engine);
    expect(said).toContain('audit STALLED');
  }

  it('stops orders, and drains by itself once the programs are back', async () => {
    bringBack();
    const engine = startEngine(env());
    await killForGood(engine);
    const status = await askStatus(place);
    expect(status.exit).toBe(1);
    expect(status.text).toMatch(/audit STALLED.*orders stopped/);
    expect(engine.stderr).toContain('database does not start');
    bringBack();
    await endsDrained(engine, env());
  });

  it('ends on Ctrl-C, says what waits, and loses nothing although it is then killed', async () => {
    bringBack();
    const first = startEngine(env());
    await killForGood(first);
    first.kill('SIGINT');
    expect((await first.ended).status, first.words).toBe(130);
    expect(first.stdout).toContain('the next start commits what waits');

    const refused = await place.run(RUN, { env: env() });
    // The data are there, and no program that can open them is.
    expect(refused.status).toBe(6);
    expect(refused.stderr).toMatch(/^error CDB-E0403: .*\ncause: .*\nfix: /s);

    bringBack();
    const second = startEngine(env());
    await second.says('goes on');
    await untilReadyzIs(200, second);
    takeAway();
    process.kill(serverPid(place.stateDir) ?? 0, 'SIGKILL');
    await untilReadyzIs(503, second);
    second.kill('SIGKILL');
    await second.ended;
    expect(existsSync(place.stateDir)).toBe(true);
    bringBack();
    const last = await place.run([...RUN.slice(0, -1), 'max'], { env: env() });
    expect(last.status, last.stderr).toBe(0);
    const verdict = await verifyNewestRun(place.stateDir);
    expect(verdict.faults).toEqual([]);
    expect(verdict.finished).toBe(true);
  });
});

describe('a run whose spool is full as well', () => {
  it('takes no more trades, still ends on Ctrl-C, and the next start commits everything', async () => {
    const file = join(place.path, 'long.csv');
    writeLongerSample(file, 6);
    const args = ['run', '--paper', '--feed', file, '--speed'];
    const env = { CDB_METRICS_PORT: String(port), CDB_AUDIT_SPOOL_BYTES_MAX: '1MiB' };
    const engine = place.start([...args, '2000'], { env });
    await engine.says('OK running');
    await sql('ALTER TABLE risk_events RENAME TO away');
    await until('the spool is full', async () => (await spoolBytes()) >= 1_048_576, WAIT_MS);
    engine.kill('SIGINT');
    expect((await engine.ended).status, engine.words).toBe(130);

    // The next start finds out before it takes a trade.
    const refused = await place.run([...args, 'max']);
    expect(refused.status).toBe(4);
    expect(refused.stderr).toMatch(/^error CDB-E0004: .*risk_events/);
    await withDatabase(place.stateDir, (client) =>
      client.query('ALTER TABLE away RENAME TO risk_events'),
    );
    const last = await place.run([...args, 'max']);
    expect(last.status, last.stderr).toBe(0);
    expect((await verifyNewestRun(place.stateDir)).faults).toEqual([]);
  });
});

async function spoolBytes(): Promise<number> {
  const text = (await place.run(['status', '--json'])).stdout;
  return Number(/"spool_bytes":\{"value":(\d+)/.exec(text)?.[1] ?? 0);
}
