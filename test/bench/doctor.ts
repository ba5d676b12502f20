import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { join } from 'node:path';
import { text as readText } from 'node:stream/consumers';
import { ExternalPostgres } from '../integration/postgres/external-postgres.js';
import { RedisServer } from '../integration/redis/redis-fixture.js';
import { spread } from './spread.js';

/**
 * Whole calls of `cdb doctor`, as an operator sees them: beside an embedded engine, on a local stack
 * (Redis, PostgreSQL, an engine on both, four services that answer) and with all of that hanging.
 */
const CALLS = 5;
const SERVICES = ['ws', 'signal', 'risk', 'execution'];
const STARTED_MS_MAX = 60_000;

const [, , scratch = '', cdb = ''] = process.argv;
type Env = Readonly<Record<string, string>>;

interface Look {
  readonly ms: number;
  readonly checks: number;
  readonly statuses: Readonly<Record<string, number>>;
}

async function look(stateDir: string, env: Env): Promise<Look> {
  const startedAt = performance.now();
  const child = spawn(
    process.execPath,
    [cdb, 'doctor', '--json', '--state-dir', join(scratch, stateDir)],
    { env: { ...process.env, ...env }, cwd: scratch, stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const ended = once(child, 'exit');
  const text = await readText(child.stdout);
  await ended;
  const status = child.exitCode;
  const ms = performance.now() - startedAt;
  if (status !== 0 && status !== 1) throw new Error(`cdb doctor ended with ${String(status)}`);
  const { data } = JSON.parse(text) as {
    readonly data: { readonly findings: readonly { readonly status: string }[] };
  };
  const statuses: Record<string, number> = {};
  for (const finding of data.findings) {
    statuses[finding.status] = (statuses[finding.status] ?? 0) + 1;
  }
  return { ms, checks: data.findings.length, statuses };
}

async function looks(stateDir: string, env: Env) {
  const all: Look[] = [];
  for (let call = 0; call < CALLS; call += 1) all.push(await look(stateDir, env));
  const last = all.at(-1);
  const ms = spread(all.map((one) => one.ms));
  return { ms, checks: last?.checks, last_statuses: last?.statuses };
}

async function engine(stateDir: string, env: Env): Promise<ChildProcess> {
  const child = spawn(
    process.execPath,
    [
      cdb,
      'run',
      '--paper',
      '--feed',
      'sample',
      '--metrics-port',
      '0',
      '--state-dir',
      join(scratch, stateDir),
    ],
    { env: { ...process.env, ...env }, cwd: scratch, stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const timer = setTimeout(() => child.kill('SIGKILL'), STARTED_MS_MAX);
  await new Promise<void>((resolve, reject) => {
    child.once('exit', () => {
      reject(new Error('the engine of the bench did not start'));
    });
    child.stdout.on('data', (text) => {
      if (String(text).includes('OK running')) resolve();
    });
  });
  clearTimeout(timer);
  return child;
}

async function stop(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
}

async function listening(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

const METRICS = 'signals_received_total 0\norders_approved_total 0\norders_blocked_total 0\n';

async function local() {
  const [redis, postgres] = [await RedisServer.start(), await ExternalPostgres.start()];
  const service = createHttpServer(({ url }, response) => {
    response.end(url === '/metrics' ? METRICS : '{"status":"ok"}');
  });
  const port = await listening(service);
  const env = {
    CDB_REDIS_URL: redis.url,
    CDB_DATABASE_URL: postgres.url(),
    CDB_DOCTOR_SERVICES: SERVICES.map((name) => `${name}=http://127.0.0.1:${port}`).join(','),
  };
  try {
    spawnSync(
      process.execPath,
      [cdb, 'migrate', 'up', '--yes', '--state-dir', join(scratch, 'local')],
      {
        env: { ...process.env, ...env },
        cwd: scratch,
      },
    );
    const child = await engine('local', env);
    const result = await looks('local', env);
    await stop(child);
    return result;
  } finally {
    service.close();
    await postgres.end();
    await redis.end();
  }
}

/** Accepts, and never says a word. */
async function hanging() {
  const server = createServer(() => undefined);
  const port = await listening(server);
  const url = `http://127.0.0.1:${port}`;
  try {
    return await looks('hanging', {
      CDB_REDIS_URL: `redis://127.0.0.1:${port}/0`,
      CDB_DATABASE_URL: `postgresql://nobody@127.0.0.1:${port}/nothing`,
      CDB_DOCTOR_SERVICES: SERVICES.map((name) => `${name}=${url}`).join(','),
      CDB_DOCTOR_PROMETHEUS_URL: url,
    });
  } finally {
    server.close();
  }
}

mkdirSync(scratch, { recursive: true, mode: 0o711 });
// The database's guardian keeps no process alive, so that its end can't be waited for without this.
const alive = setInterval(() => undefined, 1_000);
const child = await engine('embedded', {});
const embedded = await looks('embedded', {});
await stop(child);
const result = {
  embedded: { ...embedded, aim_ms: 3_000 },
  local_stack: { ...(await local()), aim_ms: 3_000 },
  everything_hangs: { ...(await hanging()), aim_ms: 10_000 },
};
clearInterval(alive);
process.stdout.write(JSON.stringify(result));
