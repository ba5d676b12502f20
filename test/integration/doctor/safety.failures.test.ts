import { appendFileSync, chmodSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { latchPlace } from '../../../src/adapters/files/latch-file.js';
import { openPgPool, type PgTarget } from '../../../src/adapters/postgres/pg-pool.js';
import { postgresControlPlace } from '../../../src/adapters/postgres/control-place.js';
import { redisControlPlace } from '../../../src/adapters/redis/redis-control-place.js';
import { CONTROL_KEY, REGISTER_FIELD } from '../../../src/adapters/redis/control-keys.js';
import { systemClock } from '../../../src/adapters/system-clock.js';
import type { ControlRecord } from '../../../src/engine/domain/control.js';
import { gateFixture } from '../../fixtures/gate/read-gates.js';
import { TestDatabase } from '../postgres/test-database.js';
import { RedisServer } from '../redis/redis-fixture.js';
import { failure } from './failure.js';
import { alarms, SafetyBench } from './safety-bench.js';

const FIVE_LINES = [
  'state=inactive',
  'reason=none',
  'message=Deactivated by ops: weekly drill ok',
  'activated_at=none',
  'updated_at=2026-02-08T17:20:00+00:00',
  '',
].join('\n');

let bench: SafetyBench;
beforeEach(() => {
  bench = new SafetyBench();
});
afterEach(() => {
  bench.remove();
});

function kinds(file = 'DELIVERY_APPROVED.yaml') {
  bench.git('add', file);
  bench.git('commit', '-q', '-m', 'gate');
  return bench.finding('safety.delivery_gate');
}

describe('nothing is alarmed about', () => {
  it('in a directory in which nothing ever ran', async () => {
    const findings = await bench.findings();
    expect(alarms(findings)).toEqual([]);
    expect([...findings.values()].every(({ status }) => status === 'SKIP')).toBe(true);
  });

  it('where an engine ran, a drill passed, the gate is closed and a stack has a whole file', async () => {
    bench.ranBefore();
    bench.drill();
    bench.git('init', '-q', '-b', 'main');
    bench.write('DELIVERY_APPROVED.yaml', gateFixture('working-repo-closed'));
    bench.git('add', 'DELIVERY_APPROVED.yaml');
    bench.git('commit', '-q', '-m', 'gate');
    bench.env['CDB_DOCTOR_KILL_SWITCH_FILES'] = bench.write('stack/kill.state', FIVE_LINES);
    bench.env['CDB_AUDIT_HMAC_KEY_FILE'] = bench.write('audit.key', `${'k'.repeat(64)}\n`);
    const findings = await bench.findings();
    expect(alarms(findings)).toEqual([]);
    for (const id of ['register_readable', 'register_agrees', 'trading_level', 'drill', 'ledger'])
      expect(findings.get(`safety.${id}`)?.status, id).toBe('OK');
    for (const id of ['delivery_gate', 'mode', 'audit_key', 'kill_switch_file'])
      expect(findings.get(`safety.${id}`)?.status, id).toBe('OK');
  });
});

describe('the delivery gate', () => {
  beforeEach(() => {
    bench.git('init', '-q', '-b', 'main');
  });

  failure(39, 'delivery gate open without approver', async () => {
    bench.write('DELIVERY_APPROVED.yaml', gateFixture('working-repo-empty-approver'));
    const finding = await kinds();
    expect(finding).toMatchObject({ status: 'WARN', level: 'P1' });
    expect(finding.says).toMatch(/approved by nobody \(approved_by\).*does not say when/);
    expect(finding.figures['kinds']).toMatch(/approver.*time/);
  });

  it('that stands open for more than a day is told with its beginning', async () => {
    bench.write('DELIVERY_APPROVED.yaml', gateFixture('working-repo-filled-in'));
    const finding = await kinds();
    expect(finding).toMatchObject({ status: 'WARN', level: 'P1' });
    expect(finding.says).toMatch(/is approved since .*, more than 24 h/);
  });

  it('whose working copy says something else than its commit is told', async () => {
    bench.write('DELIVERY_APPROVED.yaml', gateFixture('working-repo-filled-in'));
    await kinds();
    bench.write('DELIVERY_APPROVED.yaml', gateFixture('working-repo-closed'));
    const finding = await bench.finding('safety.delivery_gate');
    expect(finding).toMatchObject({ status: 'WARN', level: 'P2' });
    expect(finding.says).toContain('its newest commit still says approved: true');
  });

  it('that exists twice, and not with the same words, is told', async () => {
    bench.write('DELIVERY_APPROVED.yaml', gateFixture('working-repo-closed'));
    const other = bench.write('hub/DELIVERY_APPROVED.yaml', gateFixture('docs-hub'));
    bench.env['CDB_GATE_FILES'] = `${join(bench.cwd, 'DELIVERY_APPROVED.yaml')},${other}`;
    bench.git('add', '.');
    const finding = await kinds();
    expect(finding.status).toBe('WARN');
    expect(finding.says).toContain('do not say the same; only what all say is open');
  });
});

describe('the kill-switch file of a stack', () => {
  let risk: Server | null = null;
  afterEach(() => {
    risk?.close();
    risk = null;
  });

  async function riskSays(status: number, body: unknown): Promise<void> {
    risk = createServer((request, response) => {
      const isAsked = request.url === '/kill-switch';
      response.writeHead(isAsked ? status : 404, { 'content-type': 'application/json' });
      response.end(JSON.stringify(isAsked ? body : { detail: 'Not Found' }));
    }).listen(0, '127.0.0.1');
    await once(risk, 'listening');
    const address = risk.address();
    const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
    bench.env['CDB_DOCTOR_SERVICES'] = `cdb_risk=http://127.0.0.1:${port}`;
  }

  function files(...texts: readonly string[]): void {
    const paths = texts.map((text, at) => bench.write(`stack/${at}.state`, text));
    bench.env['CDB_DOCTOR_KILL_SWITCH_FILES'] = paths.join(',');
  }

  failure(47, 'kill-switch state ambiguous', async () => {
    const cases: readonly (readonly [RegExp, ...string[]])[] = [
      [/is empty, which reads as not stopped/, ''],
      [/has no state line/, FIVE_LINES.replace('state=inactive\n', '')],
      [/has 2 state lines, and the last one wins/, `${FIVE_LINES}state=inactive\n`],
      [/says state="ACTIVE"/, FIVE_LINES.replace('inactive', 'ACTIVE')],
      [/the services do not see the same/, FIVE_LINES, FIVE_LINES.replace('inactive', 'active')],
    ];
    for (const [says, ...texts] of cases) {
      files(...texts);
      const finding = await bench.finding('safety.kill_switch_file');
      expect(finding).toMatchObject({ status: 'BLOCKER', level: 'P0' });
      expect(finding.says).toMatch(says);
    }
    bench.env['CDB_DOCTOR_KILL_SWITCH_FILES'] = join(bench.cwd, 'nowhere.state');
    const gone = await bench.finding('safety.kill_switch_file');
    expect(gone).toMatchObject({ status: 'BLOCKER', figures: { files: 1, faults: 1 } });
    expect(gone.says).toContain('is missing, which reads as not stopped');
  });

  failure(47, 'kill-switch state ambiguous: the risk service reads another file', async () => {
    files(FIVE_LINES.replace('inactive', 'active'));
    await riskSays(200, { active: false, reason: null, message: '', activated_at: null });
    const findings = await bench.findings();
    expect(findings.get('safety.kill_switch_file')).toMatchObject({ status: 'WARN', level: 'P1' });
    const seen = findings.get('safety.kill_switch_seen');
    expect(seen).toMatchObject({ status: 'BLOCKER', figures: { asked: 1, different: 1 } });
    expect(seen?.says).toMatch(/cdb_risk says inactive, .*0\.state says active/);
    await riskSays(500, { detail: 'cannot read the state' });
    const broken = await bench.finding('safety.kill_switch_seen');
    expect(broken.says).toContain('cdb_risk answered with status 500');
    expect(broken.status).toBe('BLOCKER');
  });

  it('that says the same as the risk service is well, and one that stops is told', async () => {
    files(FIVE_LINES, FIVE_LINES);
    await riskSays(200, { active: false });
    const findings = await bench.findings();
    expect(findings.get('safety.kill_switch_seen')?.status).toBe('OK');
    expect(findings.get('safety.kill_switch_file')?.says).toBe('inactive in 2 files');
    files(FIVE_LINES.replace('inactive', 'active').replace('reason=none', 'reason=manual'));
    const stopped = await bench.finding('safety.kill_switch_file');
    expect(stopped.says).toContain('the stack is stopped: manual');
  });
});

describe('the trail', () => {
  failure(48, 'schema and mirror integrity: the key of the chain is gone', async () => {
    bench.ranBefore();
    const path = join(bench.cwd, 'audit.key');
    bench.env['CDB_AUDIT_HMAC_KEY_FILE'] = path;
    const gone = await bench.finding('safety.audit_key');
    expect(gone).toMatchObject({ status: 'BLOCKER', level: 'P0', figures: { path } });
    expect(gone.says).toContain('there is no such file');
    bench.write('audit.key', 'short\n');
    expect((await bench.finding('safety.audit_key')).says).toContain('fewer than 32 characters');
    bench.write('audit.key', 'k'.repeat(64));
    chmodSync(path, 0o644);
    expect((await bench.finding('safety.audit_key')).says).toContain('others than its owner');
    chmodSync(path, 0o600);
    expect((await bench.finding('safety.audit_key')).status).toBe('OK');
  });

  it('of a ledger in which somebody wrote is a blocker', async () => {
    bench.ranBefore();
    bench.drill();
    bench.drill();
    const entry = join(bench.state.ledger, '000000001.json');
    writeFileSync(entry, readFileSync(entry, 'utf8').replace('"who":"ops"', '"who":"eve"'));
    const finding = await bench.finding('safety.ledger');
    expect(finding).toMatchObject({ status: 'BLOCKER', level: 'P0' });
    expect(finding.says).toMatch(/entry 1 is not what was written/);
  });
});

describe('the drill', () => {
  failure(53, 'a stop that stops nothing: its effect is what counts', async () => {
    bench.ranBefore();
    bench.drill({ passed: false, after: 101 });
    const finding = await bench.finding('safety.drill');
    expect(finding).toMatchObject({ status: 'BLOCKER', figures: { orders_after_stop: 101 } });
    expect(finding.says).toContain('101 orders after the stop');
  });

  failure(53, 'a stop that stops nothing: nobody has ever tried it', async () => {
    bench.ranBefore();
    expect(await bench.finding('safety.drill')).toMatchObject({ status: 'WARN', level: 'P1' });
    bench.drill({ agoMs: 8 * 86_400_000 });
    const old = await bench.finding('safety.drill');
    expect(old.status).toBe('WARN');
    expect(old.says).toMatch(/passed 8 d ago, .*valid for 7 d/);
    bench.ranBefore({ mode: 'live' });
    expect(await bench.finding('safety.drill')).toMatchObject({ status: 'BLOCKER', level: 'P0' });
    bench.drill();
    expect((await bench.finding('safety.drill')).status).toBe('OK');
  });

  it('that was changed, or that no entry of the ledger vouches for, proves nothing', async () => {
    bench.ranBefore();
    const path = bench.drill();
    const text = readFileSync(path, 'utf8');
    writeFileSync(path, text.replace('"rounds":5', '"rounds":9'));
    const changed = await bench.finding('safety.drill');
    expect(changed.says).toContain('of the ledger is gone or changed');
    expect(changed.status).toBe('BLOCKER');
    writeFileSync(path, text);
    rmSync(bench.state.ledger, { recursive: true });
    expect((await bench.finding('safety.drill')).says).toContain('in no entry of the ledger');
  });
});

describe('the register', () => {
  let redis: RedisServer;
  let database: TestDatabase;
  let target: PgTarget;
  beforeAll(async () => {
    [redis, database] = await Promise.all([RedisServer.start(), TestDatabase.start('external')]);
  });
  afterAll(async () => {
    await Promise.all([redis.end(), database.end()]);
  });
  beforeEach(async () => {
    target = await database.create();
    const { user, password, host, port, database: name } = target as Required<PgTarget>;
    bench.env['CDB_REDIS_URL'] = redis.url;
    bench.env['CDB_DATABASE_URL'] =
      `postgres://${user}:${String(password)}@${host}:${port}/${name}`;
    const link = await redis.link();
    await link.call('forget', 'DEL', CONTROL_KEY);
  });

  async function say(place: 'Redis' | 'PostgreSQL', record: ControlRecord): Promise<void> {
    if (place === 'Redis') {
      await redisControlPlace(await redis.link(), systemClock()).change(() => record);
      return;
    }
    const pool = openPgPool(target, 'test');
    await postgresControlPlace(pool).change(() => record);
    await pool.close();
  }

  it('that says the same in latch, Redis and PostgreSQL is well', async () => {
    const record = bench.ranBefore();
    bench.drill();
    await say('Redis', record);
    await say('PostgreSQL', record);
    const findings = await bench.findings();
    expect(alarms(findings)).toEqual([]);
    expect(findings.get('safety.register_agrees')).toMatchObject({
      status: 'OK',
      figures: { places: 3, differences: 0, epoch_max: 1 },
    });
  });

  it.each(['Redis', 'PostgreSQL'] as const)('in which %s says a stop is told', async (place) => {
    const record = bench.ranBefore();
    await say('Redis', record);
    await say('PostgreSQL', record);
    const halted = { ...record, level: 'HALTED', epoch: 118, reason: 'manual' } as const;
    await say(place, halted);
    const findings = await bench.findings();
    const agrees = findings.get('safety.register_agrees');
    expect(agrees).toMatchObject({ status: 'WARN', level: 'P1', figures: { epoch_max: 118 } });
    expect(agrees?.says).toMatch(new RegExp(`levels differ: .*${place} HALTED`));
    expect(findings.get('safety.trading_level')).toMatchObject({
      status: 'WARN',
      figures: { level: 'HALTED', epoch: 118 },
    });
  });

  it('of which a place is away, or damaged, or lost is a blocker', async () => {
    const record = bench.ranBefore();
    await say('Redis', record);
    await (await redis.link()).call('damage', 'HSET', CONTROL_KEY, REGISTER_FIELD, 'garbage');
    const damaged = await bench.finding('safety.register_readable');
    expect(damaged).toMatchObject({ status: 'BLOCKER', figures: { unreadable: 1 } });
    bench.env['CDB_REDIS_URL'] = 'redis://127.0.0.1:1/0';
    const away = await bench.findings();
    expect(away.get('safety.register_readable')?.status).toBe('BLOCKER');
    expect(away.get('safety.register_agrees')?.status).toBe('SKIP');
    delete bench.env['CDB_REDIS_URL'];
    delete bench.env['CDB_DATABASE_URL'];
    appendFileSync(bench.state.control, 'x');
    expect((await bench.finding('safety.register_readable')).status).toBe('BLOCKER');
    rmSync(bench.state.control);
    writeFileSync(join(bench.state.journal, 'kept'), 'x');
    const lost = await bench.finding('safety.register_readable');
    expect(lost).toMatchObject({ status: 'BLOCKER' });
    expect(lost.says).toContain('is missing beside other state');
    expect(latchPlace(bench.state.control).read().state).toBe('absent');
  });

  it('in which one number stands for two changes is told', async () => {
    const record = bench.ranBefore({ epoch: 7 });
    await say('Redis', { ...record, level: 'REDUCING' });
    const agrees = await bench.finding('safety.register_agrees');
    expect(agrees.says).toContain('epoch 7 stands for two changes');
  });
});
