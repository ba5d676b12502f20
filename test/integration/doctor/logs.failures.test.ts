import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { failure } from './failure.js';
import { inspected } from './container-fixture.js';
import { StackBench } from './stack-bench.js';

const MIN_MS = 60_000;
const HOUR_MS = 60 * MIN_MS;

interface Founding {
  readonly recorded: {
    readonly report_time: string;
    readonly logs: Readonly<Record<string, readonly string[]>>;
  };
  readonly expected: { readonly error_frequency_s: { readonly min: number; readonly max: number } };
}

const FOUNDING = JSON.parse(
  readFileSync(
    join(import.meta.dirname, '../../fixtures/doctor/founding/services-and-logs.json'),
    'utf8',
  ),
) as Founding;

let bench = new StackBench();

afterEach(() => {
  bench.remove();
  bench = new StackBench();
});

/** `2026-02-09 08:00:48,062`, as the services write. */
function stamp(atMs: number): string {
  return new Date(atMs).toISOString().replace('T', ' ').replace('.', ',').slice(0, 23);
}

/** Writes one log for each service, its lines so many milliseconds ago. */
function writeLogs(logs: Readonly<Record<string, readonly (readonly [number, string])[]>>): void {
  const nowMs = Date.now();
  for (const [service, lines] of Object.entries(logs)) {
    const text = lines.map(([agoMs, line]) => `${stamp(nowMs - agoMs)} ${line}\n`).join('');
    bench.write(`logs/${service}.log`, text);
  }
  bench.env['CDB_DOCTOR_LOGS'] = join(bench.cwd, 'logs');
}

function every(ms: number, count: number, line: string): readonly (readonly [number, string])[] {
  return Array.from({ length: count }, (_, index) => [(count - index) * ms, line] as const);
}

const HEALTHY = {
  cdb_ws: every(1_000, 60, '[DEBUG] ws_service: [redis] published market_data: BTCUSDT @ 70476.81'),
  cdb_signal: every(
    5_000,
    30,
    '[INFO] signal_engine: ✨ Signal generiert: BTCUSDT BUY @ $70467.52 (+0.01%)',
  ),
  cdb_risk: [
    ...every(60_000, 20, '[WARNING] risk_manager: Decision contract BLOCK: RC_002'),
    ...every(5_000, 10, '[INFO] risk_manager: ✅ Order freigegeben: BTCUSDT BUY qty=0.0002'),
  ],
  cdb_execution: every(
    5_000,
    10,
    '- execution_service - INFO - Order filled: MOCK_72265633 at 50033.56',
  ),
  cdb_db_writer: every(
    5_000,
    10,
    '[INFO] db_writer: ✅ Trade persisted: ID=19416, BTCUSDT BUY @ 49980.28',
  ),
};

function writeFounding(): number {
  for (const [service, lines] of Object.entries(FOUNDING.recorded.logs)) {
    bench.write(`logs/${service}.log`, lines.map((line) => `${line}\n`).join(''));
  }
  bench.env['CDB_DOCTOR_LOGS'] = join(bench.cwd, 'logs');
  return Date.parse(FOUNDING.recorded.report_time);
}

describe('logs of a stack that is well', () => {
  it('no check of the group reports anything, whatever the layout of the files', async () => {
    writeLogs(HEALTHY);
    const found = await bench.findings();
    expect(found.alarms()).toEqual([]);
    expect(found.well()).toEqual(
      expect.arrayContaining([
        ...['logs.age', 'logs.audit_writes', 'logs.crashes', 'logs.blocks', 'logs.publish_errors'],
        ...['logs.ws', 'logs.signal', 'logs.risk', 'logs.execution', 'logs.db_writer'],
      ]),
    );
  });

  it('one file of the runtime with the logs of all, coloured, with CRLF, packed', async () => {
    const nowMs = Date.now();
    const lines = Object.entries(HEALTHY).flatMap(([service, own]) =>
      own.map(
        ([agoMs, line]) => `\u001b[36m${service}  |\u001b[0m ${stamp(nowMs - agoMs)} ${line}\r\n`,
      ),
    );
    bench.env['CDB_DOCTOR_LOGS'] = bench.write('all.log.gz', gzipSync(lines.join('')));
    const found = await bench.findings();
    expect(found.alarms()).toEqual([]);
    expect(found.of('logs.risk').says).toBe('no ERROR among 30 lines, 20 warnings');
    expect(found.of('logs.execution').status).toBe('OK');
  });

  it('the own log of an engine that ended long ago is no alarm', async () => {
    const time = new Date(Date.now() - 30 * HOUR_MS).toISOString();
    const line = { level: 'error', time, area: 'engine', message: 'it broke' };
    bench.write('.cdb/logs/engine.log', `${JSON.stringify(line)}\n`);
    const found = await bench.findings();
    expect(found.alarms()).toEqual([]);
    expect(found.of('logs.engine').status).toBe('SKIP');
  });
});

describe('the founding incident, from its log lines', () => {
  failure(1, 'the log of risk says that risk_events is missing', async () => {
    const nowMs = writeFounding();
    const found = await bench.findings({ nowMs });
    const audit = found.of('logs.audit_writes');
    expect(audit).toMatchObject({ status: 'BLOCKER', level: 'P0' });
    expect(audit.says).toContain('relation "risk_events" does not exist');
    expect(audit.says).toContain('every 3-7 s');
    expect(audit.figures).toMatchObject({
      service: 'cdb_risk',
      errors: 3,
      relation: 'risk_events',
      frequency_s_min: FOUNDING.expected.error_frequency_s.min,
      frequency_s_max: FOUNDING.expected.error_frequency_s.max,
    });
    expect(audit.remedy).toMatchObject({ command: 'cdb migrate plan', gate: 'migrations' });
    expect(audit.remedy?.instead).toHaveLength(1);
    // Healthy is not OK: nothing calls the log of risk well.
    expect(found.well()).not.toContain('logs.risk');
  });

  failure(43, 'logs end six and a half hours before the report', async () => {
    const nowMs = writeFounding();
    const found = await bench.findings({ nowMs });
    const age = found.of('logs.age');
    expect(age.status).toBe('WARN');
    expect(age.says).toContain(
      'evidence of the logs is older than the report by 6.5 h: stale or skewed clock',
    );
    expect(age.says).toContain('the window is counted back from 2026-02-09 08:00:58 UTC');
    expect(age.figures['lag_h']).toBe(6.5);
    // What is old is told apart from what is well.
    expect(found.of('logs.ws').says).toContain('cdb_ws wrote last 6.5 h before this report');
    expect(found.well().filter((id) => id.startsWith('logs.') && id !== 'logs.reach')).toEqual([]);
    expect(found.of('logs.execution').says).toContain('cdb_execution has written nothing');
  });

  it('read in the zone of the operator, the lag is what that zone makes of it', async () => {
    const nowMs = writeFounding();
    bench.env['CDB_DOCTOR_LOGS_ZONE'] = 'Europe/Berlin';
    const found = await bench.findings({ nowMs });
    expect(found.of('logs.age').figures['lag_h']).toBe(7.5);
  });

  it('is a warning once the table is there and has rows', async () => {
    const nowMs = writeFounding();
    const table = {
      ...{ table: 'risk_events', exists: true, rows: 3, inserted: 3, newestAtMs: nowMs },
      ...{ isRequired: true, neededBy: 'risk', isEmpty: false, rowsEstimated: 3 },
    };
    const found = await bench.findings({ nowMs, facts: { tables: [table] } });
    expect(found.of('logs.audit_writes').status).toBe('STALE');
  });
});

describe('clocks in logs', () => {
  failure(43, 'a log is read one hour ahead', async () => {
    writeLogs({ cdb_risk: [[-HOUR_MS - 2_000, '[INFO] risk_manager: bereit']] });
    const found = await bench.findings();
    expect(found.of('logs.age')).toMatchObject({ status: 'FAIL', level: 'P1' });
    expect(found.of('logs.age').says).toContain('1.0 h ahead of this clock');
    expect(found.of('logs.age').says).toContain('not of zone UTC');
    expect(found.of('host.clocks')).toMatchObject({ status: 'FAIL', level: 'P1' });
  });
});

describe('errors that a healthy badge hides', () => {
  failure(16, 'null in XADD: nothing is published', async () => {
    writeLogs({
      ...HEALTHY,
      cdb_signal: every(
        4_000,
        10,
        "[ERROR] signal_engine: Fehler beim Publish: Invalid input of type: 'NoneType'. Convert to a bytes, string, int or float first.",
      ),
    });
    const found = await bench.findings();
    expect(found.of('logs.publish_errors')).toMatchObject({ status: 'FAIL', level: 'P1' });
    expect(found.of('logs.publish_errors').says).toContain("Invalid input of type: 'NoneType'");
    expect(found.of('logs.signal').status).toBe('SKIP');
  });

  failure(16, 'a counter of publish errors stands above 0', async () => {
    const url = await bench.serve({
      '/health': { body: { status: 'healthy' } },
      '/metrics': 'redis_publish_total 100\nredis_publish_errors_total 7\n',
    });
    bench.env['CDB_DOCTOR_SERVICES'] = `ws=${url}`;
    const found = await bench.findings();
    expect(found.of('logs.publish_errors').status).toBe('FAIL');
    expect(found.of('logs.publish_errors').says).toContain('ws counts 7 errors');
  });

  failure(45, 'one write of db_writer failed, and is not tried again', async () => {
    writeLogs({
      ...HEALTHY,
      cdb_db_writer: [
        [
          90_000,
          '[ERROR] db_writer: ❌ Error writing trade: server closed the connection unexpectedly',
        ],
        ...every(
          5_000,
          10,
          '[INFO] db_writer: ✅ Trade persisted: ID=19417, BTCUSDT BUY @ 49980.28',
        ),
      ],
    });
    const found = await bench.findings();
    expect(found.of('logs.db_writer')).toMatchObject({ status: 'FAIL', level: 'P1' });
    expect(found.of('logs.db_writer').figures['errors']).toBe(1);
    expect(found.of('logs.db_writer').says).toContain('a write that is not repeated');
    expect(found.alarms()).toHaveLength(1);
  });

  failure(6, 'the exposure that risk repeats never changes', async () => {
    writeLogs({
      ...HEALTHY,
      cdb_risk: every(
        10_000,
        30,
        '[WARNING] risk_manager: ⚠️ Max Exposure erreicht: 3005.47 >= 3000.00',
      ),
    });
    const found = await bench.findings();
    expect(found.of('logs.frozen_exposure')).toMatchObject({ status: 'BLOCKER', level: 'P0' });
    expect(found.of('logs.frozen_exposure').figures).toMatchObject({
      exposure: 3005.47,
      lines: 30,
    });
  });

  failure(51, 'bytes that are not UTF-8 ended the signal service', async () => {
    const nowMs = Date.now();
    const lines = [
      `${stamp(nowMs - 9_000)} [INFO] signal_engine: bereit f\xfcr Nachrichten`,
      'Traceback (most recent call last):',
      '  File "/app/service.py", line 88, in listen',
      "UnicodeDecodeError: 'utf-8' codec can't decode byte 0xff in position 0: invalid start byte",
    ];
    bench.write('logs/cdb_signal.log', Buffer.from(lines.join('\n'), 'latin1'));
    bench.env['CDB_DOCTOR_LOGS'] = join(bench.cwd, 'logs');
    bench.env['CDB_DOCTOR_CONTAINERS'] = bench.write(
      'inspect.json',
      JSON.stringify([inspected('cdb_signal', { upMs: 9_000, restarts: 2 })]),
    );
    const found = await bench.findings();
    expect(found.of('logs.crashes')).toMatchObject({ status: 'FAIL', level: 'P1' });
    expect(found.of('logs.crashes').says).toContain("UnicodeDecodeError: 'utf-8' codec");
    expect(found.of('logs.crashes').says).toContain('it is the last line');
    expect(found.of('logs.crashes').figures).toEqual({ service: 'cdb_signal', restarts: 2 });
    expect(found.of('services.restarts')).toMatchObject({ status: 'FAIL', level: 'P1' });
    expect(found.of('services.restarts').says).toContain('restart count 2');
  });

  it('an error that comes again and again is a failure of that service, and of no other', async () => {
    writeLogs({
      ...HEALTHY,
      cdb_signal: every(
        4_000,
        20,
        "[ERROR] signal_engine: Fehler bei Nachricht: KeyError 'pct_change'",
      ),
    });
    const found = await bench.findings();
    expect(found.of('logs.signal')).toMatchObject({ status: 'FAIL', level: 'P1' });
    expect(found.of('logs.signal').figures).toEqual({
      ...{ errors: 20, frequency_s_min: 4, frequency_s_max: 4 },
    });
    expect(found.alarms()).toHaveLength(1);
  });

  it('a single error is a warning', async () => {
    writeLogs({
      ...HEALTHY,
      cdb_ws: [[30_000, '[ERROR] ws_service: [decode_error] kaputt'], ...HEALTHY.cdb_ws],
    });
    const found = await bench.findings();
    expect(found.of('logs.ws')).toMatchObject({ status: 'WARN', level: 'P2' });
    expect(found.alarms()).toHaveLength(1);
  });

  it('all blocked by one code for an hour is configuration', async () => {
    writeLogs({
      ...HEALTHY,
      cdb_risk: every(30_000, 118, '[WARNING] risk_manager: Decision contract BLOCK: RC_002'),
    });
    const found = await bench.findings();
    expect(found.of('logs.blocks')).toMatchObject({ status: 'WARN', level: 'P1' });
    expect(found.of('logs.blocks').figures).toMatchObject({ blocked: 118, codes: 'RC_002' });
  });

  it('listeners that Redis cuts off are told', async () => {
    const line =
      'Client id=9 addr=172.18.0.4:5000 scheduled to be closed ASAP for overcoming of output buffer limits.';
    const time = new Date().toUTCString().replace(/^\w+, (\d+ \w+ \d+ [\d:]+) GMT$/, '$1.000');
    bench.write('logs/cdb_redis.log', `1:M ${time} # ${line}\n`);
    bench.env['CDB_DOCTOR_LOGS'] = join(bench.cwd, 'logs');
    const found = await bench.findings();
    expect(found.of('logs.cut_off_listeners')).toMatchObject({ status: 'FAIL', level: 'P1' });
  });
});

describe('logs that cannot be read', () => {
  it('a path that is not there is one finding', async () => {
    bench.env['CDB_DOCTOR_LOGS'] = join(bench.cwd, 'nothing');
    const found = await bench.findings();
    expect(found.of('logs.reach').status).toBe('FAIL');
    expect(found.alarms()).toHaveLength(1);
  });

  it('a zone that does not exist is one finding', async () => {
    writeLogs(HEALTHY);
    bench.env['CDB_DOCTOR_LOGS_ZONE'] = 'Mars/Olympus';
    const found = await bench.findings();
    expect(found.of('logs.reach').says).toContain('"Mars/Olympus" is no time zone');
    expect(found.alarms()).toHaveLength(1);
  });

  it('text without any time or level is not called well', async () => {
    bench.env['CDB_DOCTOR_LOGS'] = bench.write('cdb_risk.log', 'hello\nworld\n');
    const found = await bench.findings();
    expect(found.of('logs.risk')).toMatchObject({ status: 'WARN', level: 'P2' });
  });
});

describe('a log that is larger than what is read', () => {
  it('is read from its end, and the finding says from when', async () => {
    const line = '[DEBUG] risk_manager: nothing happened, and this line is long enough to count';
    const lines = every(50, 40_000, line);
    writeLogs({ cdb_risk: lines, cdb_ws: HEALTHY.cdb_ws });
    const found = await bench.findings();
    expect(found.of('logs.risk').status).toBe('OK');
    expect(found.of('logs.risk').says).toMatch(
      /; of cdb_risk only what is newer than .* was read$/,
    );
    expect(found.of('logs.ws').says).not.toContain('only what is newer');
  });
});
