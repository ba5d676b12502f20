import { chmodSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Workplace } from '../chaos/engine-process.js';
import { withDatabase } from '../chaos/verify-run.js';

const RUN = ['run', '--paper', '--feed', 'sample', '--speed', 'max', '--quiet'];
const KEY = '5f'.repeat(32);

let place: Workplace;
beforeEach(() => {
  place = new Workplace();
});
afterEach(() => place.end());

interface Checked {
  readonly chain: string;
  readonly state: string;
  readonly bad_position: number | null;
  readonly checked: number;
  readonly detail: string;
}

async function ran(env: Readonly<Record<string, string>> = {}, ...more: readonly string[]) {
  const run = await place.run([...RUN, ...more], { env });
  expect(run.status, run.stderr).toBe(0);
}

async function verified(env: Readonly<Record<string, string>> = {}, ...more: readonly string[]) {
  const { status, stdout, stderr } = await place.run(['audit', 'verify', '--json', ...more], {
    env,
  });
  expect(stderr).toBe('');
  const { data } = JSON.parse(stdout) as {
    readonly data: { readonly state: string; readonly checked: readonly Checked[] };
  };
  const row = (chain: string) => data.checked.find((one) => one.chain === chain);
  return { status, state: data.state, row };
}

/** As somebody does it who may turn triggers off. */
async function tamper(...statements: readonly string[]): Promise<void> {
  await withDatabase(place.stateDir, async (client) => {
    await client.query('SET session_replication_role = replica');
    for (const statement of statements) await client.query(statement);
  });
}

const ledgerPath = (): string => join(place.stateDir, 'ledger');

describe('cdb audit', () => {
  it('proves a run and its continuation, and tells of both in the ledger', async () => {
    const nothing = await verified();
    expect(nothing).toMatchObject({ status: 1, state: 'not verified' });
    expect(nothing.row('database')).toMatchObject({ detail: 'there is no database here yet' });
    await ran();
    await ran({}, '--restart');
    const { status, state, row } = await verified();
    expect([status, state]).toEqual([0, 'ok']);
    // The migration of the first start, and the anchors of two.
    expect(row('ledger')).toMatchObject({ state: 'ok', checked: 5 });
    expect(row('risk_events')?.checked).toBeGreaterThan(100);
    expect(row('risk_events')).toMatchObject({ detail: '1 anchors met' });
    expect(row('anchors')).toMatchObject({ state: 'ok', checked: 4 });
    const since = await verified({}, '--since', '1ms');
    expect(since.status).toBe(0);
    expect(since.row('risk_events')).toMatchObject({ state: 'ok', checked: 0 });

    const tail = await place.run(['audit', 'tail', '-n', '2']);
    expect(tail.stdout).toContain('heads of the audit chains anchored');
    expect(tail.stdout.trim().split('\n')).toHaveLength(3);
  });

  it('names what was changed in the database, and what was cut off there with its head', async () => {
    await ran();
    await tamper(`UPDATE risk_events SET payload = payload || '{"price": "1"}' WHERE chain_n = 40`);
    const edited = await verified();
    expect(edited).toMatchObject({ status: 1, state: 'broken' });
    expect(edited.row('risk_events')).toMatchObject({ state: 'bad', bad_position: 40 });
    expect(edited.row('control_events')).toMatchObject({ state: 'ok' });

    await tamper(
      'DELETE FROM risk_events WHERE chain_n >= 40',
      `UPDATE audit_cursor SET risk_n = 39,
         risk_hash = (SELECT chain_hash FROM risk_events WHERE chain_n = 39)`,
    );
    const cut = await verified();
    expect(cut.status).toBe(1);
    expect(cut.row('risk_events')).toMatchObject({ state: 'bad', bad_position: 40 });
    expect(cut.row('risk_events')?.detail).toContain('the ledger anchors');

    await tamper('TRUNCATE risk_events, control_events, audit_cursor');
    const gone = await verified();
    expect(gone.row('risk_events')).toMatchObject({ state: 'bad', bad_position: 1 });

    await tamper('UPDATE audit_database SET id = gen_random_uuid()');
    const other = await verified();
    expect(other.status).toBe(1);
    expect(other.row('anchors')).toMatchObject({ state: 'not verified' });
  });

  it('names what was changed in the ledger, and what was cut off there', async () => {
    await ran();
    const newest = join(ledgerPath(), '000000003.json');
    const text = readFileSync(newest, 'utf8');
    writeFileSync(newest, text.replace('the engine stops', 'nothing happens'));
    const edited = await verified();
    expect(edited.status).toBe(1);
    expect(edited.row('ledger')).toMatchObject({ state: 'bad', bad_position: 3 });

    writeFileSync(newest, 'no entry');
    expect((await verified()).row('ledger')).toMatchObject({ state: 'bad', bad_position: 3 });

    rmSync(newest);
    const cut = await verified();
    expect(cut.row('ledger')).toMatchObject({ state: 'bad', bad_position: 3 });
    expect(cut.row('ledger')?.detail).toContain('the database anchors 3');

    rmSync(ledgerPath(), { recursive: true });
    const gone = await verified();
    expect(gone.status).toBe(1);
    expect(gone.row('ledger')).toMatchObject({ state: 'bad', bad_position: 1 });
  });

  it('hashes under a key, shows it nowhere, and does not call OK what another key wrote', async () => {
    const file = join(place.path, 'audit.key');
    writeFileSync(file, `${KEY}\n`, { mode: 0o600 });
    const env = { CDB_AUDIT_HMAC_KEY_FILE: file };
    await ran(env);
    expect(await verified(env)).toMatchObject({ status: 0, state: 'ok' });
    const without = await verified();
    expect(without).toMatchObject({ status: 1, state: 'not verified' });
    expect(without.row('risk_events')).toMatchObject({ state: 'not verified', bad_position: 1 });
    const files = readdirSync(place.stateDir, { recursive: true, withFileTypes: true });
    for (const one of files.filter((entry) => entry.isFile())) {
      expect(readFileSync(join(one.parentPath, one.name), 'latin1')).not.toContain(KEY);
    }
    chmodSync(file, 0o644);
    for (const args of [['audit', 'verify'], RUN]) {
      const refused = await place.run(args, { env });
      expect(refused.status).toBe(3);
      expect(refused.stderr).toContain('CDB-E0616');
      expect(refused.stderr).not.toContain(KEY);
    }
  });

  it('exports all of it once, and changes no file that is there', async () => {
    await ran();
    const out = join(place.path, 'out');
    const lines = await place.run(['audit', 'export', '--out', out, '--json']);
    expect(lines.status, lines.stderr).toBe(0);
    const { data } = JSON.parse(lines.stdout) as { readonly data: { readonly rows: number } };
    const { row } = await verified();
    const rows = ['ledger', 'risk_events', 'control_events'].map(
      (chain) => row(chain)?.checked ?? 0,
    );
    expect(data.rows).toBe(rows.reduce((sum, one) => sum + one, 0));

    const events = ['audit', 'export', '--format', 'decision-events', '--out', out];
    expect((await place.run(events)).stdout).toContain('3 files written');
    expect((await place.run(events)).stdout).toContain('0 files written');
    const [name = ''] = readdirSync(out).filter((one) => one.endsWith('.yaml'));
    expect(name).toMatch(/^\d{4}-\d\d-\d\dT\d\d-\d\d-\d\dZ__[a-z0-9-]+-\d{3}__cdb-run\.yaml$/);
    writeFileSync(join(out, name), 'something else');
    const refused = await place.run(events);
    expect(refused.status).toBe(6);
    expect(refused.stderr).toContain('CDB-E0617');
    expect(readFileSync(join(out, name), 'utf8')).toBe('something else');
  });
});
