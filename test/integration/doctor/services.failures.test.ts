import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, describe, expect, it } from 'vitest';
import { freePort, RedisServer } from '../redis/redis-fixture.js';
import { HOURS_MS, inspected, TWELVE } from './container-fixture.js';
import { failure } from './failure.js';
import { StackBench } from './stack-bench.js';

interface Recorded {
  readonly recorded: {
    readonly services: readonly {
      readonly name: string;
      readonly cpu_pct: number;
      readonly memory_mib: number;
      readonly uptime_h: number;
    }[];
  };
}

let bench = new StackBench();

afterEach(() => {
  bench.remove();
  bench = new StackBench();
});

type Change = Parameters<typeof inspected>[1];

/** Twelve members that are up for 22 hours, but for those that are named. */
function record(
  changes: Readonly<Record<string, Change>> = {},
  extra: readonly string[] = [],
): void {
  const nowMs = Date.now();
  const all = [...TWELVE, ...extra].map((name) =>
    inspected(name, { nowMs, upMs: 22 * HOURS_MS, health: 'healthy', ...changes[name] }),
  );
  bench.env['CDB_DOCTOR_CONTAINERS'] = bench.write('inspect.json', JSON.stringify(all), nowMs + 5);
}

function expectAll(): void {
  bench.env['CDB_DOCTOR_SERVICES'] = TWELVE.join(',');
}

/** It does not run. */
const GONE = { upMs: null };

describe('members that are well', () => {
  it('no check of the group reports anything, and each names the set it used', async () => {
    record();
    expectAll();
    bench.env['CDB_DOCTOR_NETWORK'] = 'cdb_network';
    const found = await bench.findings();
    expect(found.alarms()).toEqual([]);
    expect(found.of('services.members').says).toMatch(
      /^12\/12 healthy; set: doctor\.services \(env CDB_DOCTOR_SERVICES\): cdb_regime, /,
    );
    expect(found.of('services.networks').says).toBe('12/12 members on cdb_network only');
    expect(found.well()).toEqual(
      expect.arrayContaining(['services.restart_loops', 'services.restarts', 'services.orphans']),
    );
  });

  it('the twelve of the founding incident, from what docker stats and ps printed', async () => {
    const path = join(import.meta.dirname, '../../fixtures/doctor/founding/services-and-logs.json');
    const { recorded } = JSON.parse(readFileSync(path, 'utf8')) as Recorded;
    const rows = recorded.services.flatMap(({ name, cpu_pct, memory_mib, uptime_h }) => [
      JSON.stringify({ Names: name, State: 'running', Status: `Up ${uptime_h} hours (healthy)` }),
      JSON.stringify({ Name: name, CPUPerc: `${cpu_pct}%`, MemUsage: `${memory_mib}MiB / 7.6GiB` }),
    ]);
    bench.env['CDB_DOCTOR_CONTAINERS'] = bench.write('ps.jsonl', rows.join('\n'));
    expectAll();
    const found = await bench.findings();
    expect(found.alarms()).toEqual([]);
    expect(found.of('services.members').says).toContain('12/12 healthy');
    expect(found.of('services.members').figures).toEqual({ healthy: 12, expected: 12 });
  });
});

describe('members that are not', () => {
  failure(19, 'more containers than services are expected', async () => {
    const strangers = Array.from({ length: 14 }, (_, index) => `other_${index}`);
    record({}, [...strangers, 'cdb_old_signal']);
    bench.env['CDB_DOCTOR_SERVICES'] = TWELVE.slice(0, 8).join(',');
    const found = await bench.findings();
    const members = found.of('services.members');
    expect(members.says).toMatch(/^8\/8 healthy; set: doctor\.services/);
    expect(members.status).toBe('OK');
    const orphans = found.of('services.orphans');
    expect(orphans).toMatchObject({ status: 'WARN', level: 'P3' });
    expect(orphans.says).toContain('cdb_old_signal running');
    expect(orphans.says).not.toContain('other_3');
  });

  failure(19, 'a member that is missing is named, and not made up for by another', async () => {
    record({}, ['cdb_other']);
    bench.env['CDB_DOCTOR_SERVICES'] = [...TWELVE, 'cdb_market'].join(',');
    const found = await bench.findings();
    expect(found.of('services.members')).toMatchObject({ status: 'FAIL', level: 'P1' });
    expect(found.of('services.members').says).toContain('cdb_market is missing');
    expect(found.of('services.members').figures).toEqual({ healthy: 12, expected: 13 });
  });

  failure(24, 'all restarted within a second: what happened to the machine', async () => {
    const young = Object.fromEntries(
      TWELVE.map((name, index) => [
        name,
        { upMs: 40_000 + index * 90, health: 'healthy' as const },
      ]),
    );
    record(young);
    const found = await bench.findings();
    const restarts = found.of('services.restarts');
    expect(restarts).toMatchObject({ status: 'WARN', level: 'P3' });
    expect(restarts.says).toMatch(
      /environment interruption: 12\/12 members restarted 40 s ago, spread 1 s/,
    );
    expect(found.alarms()).toHaveLength(1);
  });

  failure(24, 'one restarted by itself: a defect of that one', async () => {
    record({ cdb_risk: { upMs: 13_000, restarts: 1 } });
    const found = await bench.findings();
    expect(found.of('services.restarts')).toMatchObject({ status: 'FAIL', level: 'P1' });
    expect(found.of('services.restarts').says).toContain('cdb_risk up 13 s, restart count 1');
    expect(found.of('services.restarts').figures).toMatchObject({ young: 1, members: 12 });
  });

  failure(57, 'risk is young while nothing came in', async () => {
    bench.env['CDB_DOCTOR_CONTAINERS'] = bench.write(
      'ps.txt',
      [
        'CONTAINER ID   IMAGE     COMMAND   CREATED        STATUS                          PORTS                      NAMES',
        'aaaaaaaaaaaa   cdb/ws    "run"     23 hours ago   Up 22 hours (healthy)           127.0.0.1:8000->8000/tcp   cdb_ws',
        'bbbbbbbbbbbb   cdb/sig   "run"     23 hours ago   Up 22 hours (healthy)                                      cdb_signal',
        'cccccccccccc   cdb/red   "run"     23 hours ago   Up About an hour (healthy)                                 cdb_redis',
        'dddddddddddd   cdb/rsk   "run"     23 hours ago   Up Less than a second                                      cdb_risk',
      ].join('\n'),
    );
    const found = await bench.findings();
    const restarts = found.of('services.restarts');
    expect(restarts).toMatchObject({ status: 'WARN', level: 'P2' });
    expect(restarts.says).toContain('cdb_risk up 0.0 s: restarted while the rest went on');
    expect(found.alarms()).toHaveLength(1);
  });

  failure(32, 'Redis restarts in a loop, and its dependants with it', async () => {
    const loop = { ...GONE, status: 'restarting', exitCode: 1, restarts: 14 };
    record({
      cdb_redis: loop,
      cdb_risk: { ...GONE, status: 'restarting', exitCode: 1, restarts: 9 },
      cdb_signal: { ...GONE, exitCode: 1 },
    });
    const line = 'Bad file format reading the append only file: make a backup of your AOF file';
    const time = new Date().toUTCString().replace(/^\w+, (\d+ \w+ \d+ [\d:]+) GMT$/, '$1.000');
    bench.env['CDB_DOCTOR_LOGS'] = bench.write('cdb_redis.log', `1:M ${time} # ${line}\n`);
    const found = await bench.findings();
    const loops = found.of('services.restart_loops');
    expect(loops).toMatchObject({ status: 'BLOCKER', level: 'P0' });
    expect(loops.says).toContain('cdb_redis restarting, restart count 14, exit 1');
    expect(loops.says).toContain(`last log line "${line}"`);
    expect(loops.says).toContain('cdb_risk restarting, cdb_signal exited');
    expect(loops.remedy?.does).toMatch(/^first copy the whole data directory of Redis aside/);
    // One dead place is one finding.
    expect(found.of('services.members').status).toBe('SKIP');
    expect(found.of('logs.append_only_file').status).toBe('SKIP');
    expect(found.alarms()).toHaveLength(1);
  });

  failure(32, 'the log of Redis alone says so', async () => {
    const time = new Date().toUTCString().replace(/^\w+, (\d+ \w+ \d+ [\d:]+) GMT$/, '$1.000');
    const line = `1:M ${time} # Bad file format reading the append only file: make a backup\n`;
    bench.env['CDB_DOCTOR_LOGS'] = bench.write('cdb_redis.log', line);
    const found = await bench.findings();
    expect(found.of('logs.append_only_file')).toMatchObject({ status: 'BLOCKER', level: 'P0' });
  });

  failure(33, 'members are on an old network, one on both', async () => {
    record({
      cdb_ws: { networks: ['claire_old'] },
      cdb_risk: { networks: ['cdb_network', 'claire_old'] },
    });
    expectAll();
    bench.env['CDB_DOCTOR_NETWORK'] = 'cdb_network';
    const found = await bench.findings();
    const networks = found.of('services.networks');
    expect(networks).toMatchObject({ status: 'FAIL', level: 'P1' });
    expect(networks.says).toContain('cdb_ws is on claire_old');
    expect(networks.says).toContain('cdb_risk is on cdb_network and claire_old');
    expect(networks.figures).toEqual({ right: 10, members: 12 });
  });

  failure(34, 'starting is told from unhealthy', async () => {
    record({ cdb_ws: { upMs: 40_000, health: 'starting' } }, []);
    const early = await bench.findings();
    expect(early.of('services.members')).toMatchObject({ status: 'WARN', level: 'P2' });
    expect(early.of('services.members').says).toContain(
      'cdb_ws running, starting, up 40 s, within its start',
    );
    record({ cdb_ws: { upMs: 150_000, health: 'unhealthy', healthSays: 'HTTP 503' } });
    const late = await bench.findings();
    expect(late.of('services.members')).toMatchObject({ status: 'FAIL', level: 'P1' });
    expect(late.of('services.members').says).toContain(
      'cdb_ws running, unhealthy, up 2 min: "HTTP 503"',
    );
    expect(late.of('services.members').figures).toEqual({ healthy: 11, expected: 12 });
  });

  it('a record that is too old proves nothing', async () => {
    record();
    const path = bench.env['CDB_DOCTOR_CONTAINERS'] ?? '';
    bench.write('inspect.json', readFileSync(path), Date.now() - 2 * HOURS_MS);
    const found = await bench.findings();
    expect(found.of('services.runtime').status).toBe('STALE');
    expect(found.alarms()).toHaveLength(1);
  });

  it('a record that is none is one finding', async () => {
    bench.env['CDB_DOCTOR_CONTAINERS'] = bench.write('inspect.json', 'hello');
    const found = await bench.findings();
    expect(found.of('services.runtime').status).toBe('FAIL');
    expect(found.alarms()).toHaveLength(1);
  });

  it('who was killed for memory is named', async () => {
    record({ cdb_grafana: { ...GONE, exitCode: 137, oomKilled: true } });
    const found = await bench.findings();
    expect(found.of('services.resources')).toMatchObject({ status: 'FAIL', level: 'P1' });
    expect(found.of('services.resources').says).toBe('cdb_grafana was killed for memory');
  });
});

describe('the runtime itself', () => {
  function fakeDocker(script: string): void {
    bench.write('bin/docker', `#!/bin/sh\n${script}\n`);
    bench.env['PATH'] = `${join(bench.cwd, 'bin')}:${process.env['PATH'] ?? ''}`;
    bench.env['CDB_DOCTOR_CONTAINERS'] = 'docker';
  }

  it('is asked for members, and for their usage beside that', async () => {
    const inspect = bench.write(
      'i.json',
      JSON.stringify([inspected('cdb_ws', { upMs: 22 * HOURS_MS })]),
    );
    fakeDocker(`case "$1" in
      ps) echo '{"ID":"aaaaaaaaaaaa","Names":"cdb_ws","State":"running","Status":"Up 22 hours"}' ;;
      stats) echo '{"Name":"cdb_ws","CPUPerc":"0.50%","MemUsage":"900MiB / 1GiB"}' ;;
      inspect) cat '${inspect}' ;;
    esac`);
    const found = await bench.findings();
    expect(found.of('services.members').says).toContain('1/1 healthy');
    expect(found.of('services.resources').says).toBe('cdb_ws uses 88 % of its limit');
  });

  it('that is away is one finding, with its own words', async () => {
    fakeDocker('echo "Cannot connect to the Docker daemon" >&2; exit 1');
    const found = await bench.findings();
    expect(found.of('services.runtime').status).toBe('FAIL');
    expect(found.of('services.runtime').says).toContain('Cannot connect to the Docker daemon');
    expect(found.alarms()).toHaveLength(1);
  });
});

describe('endpoints', () => {
  const WELL = { '/health': { body: { status: 'healthy' } }, '/metrics': 'up 1\n' };

  it('that answer well report nothing', async () => {
    const [ws, risk] = [await bench.serve(WELL), await bench.serve(WELL)];
    bench.env['CDB_DOCTOR_SERVICES'] = `ws=${ws},cdb_risk=${risk}`;
    const found = await bench.findings();
    expect(found.alarms()).toEqual([]);
    expect(found.of('services.answers').says).toMatch(/^2\/2 answer well; set: doctor\.services/);
  });

  failure(34, 'a service that is degraded for longer than a start takes', async () => {
    const pages = (startedS: number) => ({
      '/health': { status: 503, body: { status: 'degraded', reasons: ['no subscription'] } },
      '/metrics': `process_start_time_seconds ${startedS}\n`,
    });
    const nowS = Date.now() / 1_000;
    bench.env['CDB_DOCTOR_SERVICES'] = `market=${await bench.serve(pages(nowS - 30))}`;
    const early = await bench.findings();
    expect(early.of('services.answers')).toMatchObject({ status: 'WARN', level: 'P2' });
    bench.env['CDB_DOCTOR_SERVICES'] = `market=${await bench.serve(pages(nowS - 300))}`;
    const late = await bench.findings();
    expect(late.of('services.answers')).toMatchObject({ status: 'FAIL', level: 'P1' });
    expect(late.of('services.answers').says).toContain(
      'market: health answers 503, says degraded, no subscription',
    );
  });

  failure(35, 'another service has the configured port', async () => {
    const url = await bench.serve({
      '/health': { body: { status: 'ok', service: 'allocation_service' } },
      '/metrics': 'allocation_decisions_total 18\n',
    });
    bench.env['CDB_DOCTOR_SERVICES'] = `signal=${url}`;
    const found = await bench.findings();
    const answers = found.of('services.answers');
    expect(answers).toMatchObject({ status: 'FAIL', level: 'P1' });
    expect(answers.says).toContain('signal: allocation answers there');
    expect(answers.says).toContain('stacks have signal at port 8005');
    // The listener is this very process.
    if (process.platform === 'linux') expect(answers.says).toContain(`(pid ${process.pid})`);
  });

  failure(35, 'nothing listens at the configured port', async () => {
    const port = await freePort();
    bench.env['CDB_DOCTOR_SERVICES'] = `signal=http://127.0.0.1:${port}`;
    record({ cdb_signal: { hostPort: 8005 } });
    const found = await bench.findings();
    expect(found.of('services.answers')).toMatchObject({ status: 'FAIL', level: 'P1' });
    expect(found.of('services.answers').says).toContain(
      'nothing listens there; its container has port 8005',
    );
  });

  it('an answer of 200 whose body tells of no Redis is not well', async () => {
    const body = { status: 'healthy', mode: 'mexc_pb', ws_connected: 0, redis_connected: false };
    bench.env['CDB_DOCTOR_SERVICES'] = `ws=${await bench.serve({ '/health': { body } })}`;
    const found = await bench.findings();
    expect(found.of('services.answers').says).toContain(
      'ws: has no Redis, has no connection to the venue',
    );
  });

  it('an answer without end or bound harms no other', async () => {
    const endless = createServer((_, response) => {
      response.write('x'.repeat(2 * 1_024 * 1_024));
    });
    const silent = createServer(() => undefined);
    const well = await bench.serve(WELL);
    const [a, b] = [await bench.listen(endless), await bench.listen(silent)];
    bench.env['CDB_DOCTOR_CHECK_MS'] = '1000';
    bench.env['CDB_DOCTOR_SERVICES'] =
      `ws=${well},risk=http://127.0.0.1:${a},regime=http://127.0.0.1:${b}`;
    const found = await bench.findings();
    const { says } = found.of('services.answers');
    expect(says).toContain('its answer is larger than 1048576 bytes');
    expect(says).toContain('no answer in 700 ms');
    expect(says).toContain('1/3 answer well');
  });

  it('--offline asks this machine only', async () => {
    bench.env['CDB_DOCTOR_SERVICES'] = 'ws=http://stack.example:8000';
    const found = await bench.findings({ offline: true });
    expect(found.of('services.answers').status).toBe('SKIP');
    expect(found.of('services.answers').says).toContain('--offline asks none of those');
  });

  it('recorded scrapes stand in for a service, and prove no health', async () => {
    const path = bench.write('risk.prom', 'orders_blocked_total 14842\n');
    bench.env['CDB_DOCTOR_SCRAPES'] = `risk=${path}`;
    const found = await bench.findings();
    expect(found.of('services.answers').status).toBe('SKIP');
    expect(found.alarms()).toEqual([]);
  });
});

describe('a recorded scrape that cannot be used', () => {
  it.each(['no such file', 'no sample in it'])('is an answer that is missing: %s', async (what) => {
    const path = join(bench.cwd, 'risk.prom');
    if (what !== 'no such file') bench.write('risk.prom', 'Bad gateway');
    bench.env['CDB_DOCTOR_SCRAPES'] = `risk=${path}`;
    const finding = (await bench.findings()).of('services.answers');
    expect(finding).toMatchObject({ status: 'FAIL', level: 'P1' });
    expect(finding.says).toContain(path);
    expect(finding.remedy?.does).toContain('doctor.scrapes');
    expect(Date.now() - (finding.evidence[0]?.observedAtMs ?? 0)).toBeLessThan(3_600_000);
  });
});

/** Holds a connection to Redis, and ends when that ends, as signal does. */
const SIGNAL = `
  const { connect } = require('node:net');
  const redis = connect(Number(process.argv[1]), '127.0.0.1');
  redis.on('error', () => process.exit(1));
  redis.on('close', () => process.exit(1));
  const server = require('node:http').createServer((_, response) => {
    response.setHeader('connection', 'close');
    response.end(JSON.stringify({ status: 'ok', service: 'signal_engine' }));
  });
  redis.on('connect', () => server.listen(0, '127.0.0.1', () => console.log(server.address().port)));
`;

describe('after a restart of Redis', () => {
  failure(54, 'a service that ended with it did not come back', async () => {
    const redis = await RedisServer.start();
    const child: ChildProcess = spawn(process.execPath, ['-e', SIGNAL, String(redis.port)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    try {
      const lines = createInterface({ input: child.stdout! });
      const [port] = (await once(lines, 'line')) as [string];
      bench.env['CDB_DOCTOR_SERVICES'] = `signal=http://127.0.0.1:${port}`;
      expect((await bench.findings()).alarms()).toEqual([]);

      const ended = once(child, 'exit');
      await redis.kill();
      await ended;
      const finishedAtMs = Date.now();
      await redis.up();
      const asked = await bench.findings();
      expect(asked.of('services.answers')).toMatchObject({ status: 'FAIL', level: 'P1' });
      expect(asked.of('services.answers').says).toContain('nothing listens there');

      record({ cdb_signal: { ...GONE, exitCode: 1, finishedAtMs }, cdb_redis: { upMs: 1_000 } });
      const recorded = await bench.findings();
      expect(recorded.of('services.members')).toMatchObject({ status: 'FAIL', level: 'P1' });
      expect(recorded.of('services.members').says).toContain(
        'signal ended when Redis was restarted',
      );
      expect(recorded.of('services.answers').status).toBe('SKIP');
    } finally {
      child.kill('SIGKILL');
      await redis.end();
    }
  });
});
