// `npm run bench`: fixed workloads, one JSON object on stdout with hardware and commit.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { cpus, tmpdir, totalmem } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const cdb = join(root, 'bin', 'cdb.js');
const scratch = mkdtempSync(join(tmpdir(), 'cdb-bench-'));
// As root the database runs as another user, who has to pass through.
chmodSync(scratch, 0o711);
const IDLE_SEC = 20;
const STARTS = 21;
const CHILD_TIMEOUT_MS = 900_000;

try {
  execFileSync(process.execPath, [join(root, 'scripts', 'build.mjs')], { stdio: 'ignore' });
  const workers = await bundleWorkers();
  const result = {
    schema: 'cdb.bench/1',
    measured_at: new Date().toISOString(),
    commit: git(['rev-parse', '--short=12', 'HEAD']),
    uncommitted_changes: git(['status', '--porcelain']) !== '',
    node: process.version,
    hardware: {
      cpu: cpus()[0]?.model ?? 'unknown',
      cores: cpus().length,
      memory_bytes: totalmem(),
    },
    offline_pipeline: worker(workers, 'offline-pipeline.js'),
    live_path: {
      throughput: worker(workers, 'live-path.js', 'throughput'),
      latency_at_200_trades_per_sec: worker(workers, 'live-path.js', 'latency'),
    },
    live_feed: worker(workers, 'live-feed.js', 'load', join(workers, 'fakes', 'mexc', 'serve.js')),
    redis_end_to_end: redisEndToEnd(workers, 'all'),
    kill_switch: {
      idle: worker(workers, 'kill-drill.js', 'idle'),
      ten_times_the_trades: worker(workers, 'kill-drill.js', 'load'),
      over_redis: redisEndToEnd(workers, 'kill'),
    },
    drift: worker(workers, 'drift.js', cdb),
    doctor: worker(workers, 'doctor.js', cdb),
    dashboard: dashboard(workers),
    idle: await idle(),
    start_up: startUp(),
  };
  process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

async function bundleWorkers() {
  // Not in dist: a build beside the bench would take it away.
  const outdir = join(root, 'node_modules', '.cache', 'cdb-bench');
  await build({
    absWorkingDir: root,
    entryPoints: [
      'test/bench/offline-pipeline.ts',
      'test/bench/live-path.ts',
      'test/bench/live-feed.ts',
      'test/bench/redis-end-to-end.ts',
      'test/bench/kill-drill.ts',
      'test/bench/drift.ts',
      'test/bench/doctor.ts',
      'test/bench/dashboard.ts',
      'test/fakes/mexc/serve.ts',
    ],
    outbase: 'test',
    outdir,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    external: ['pg-native', 'libpg-query'],
    define: { 'process.env.NODE_ENV': '"production"' },
    banner: {
      js: "import { createRequire as benchRequire } from 'node:module'; const require = benchRequire(import.meta.url);",
    },
    logLevel: 'error',
  });
  return outdir;
}

function worker(folder, name, ...args) {
  const options = { encoding: 'utf8', timeout: CHILD_TIMEOUT_MS, maxBuffer: 1e8 };
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(folder, 'bench', name), join(scratch, `${name}-${basename(args[0] ?? '')}`), ...args],
    { ...options, cwd: root },
  );
  if (status !== 0) throw new Error(`${name} ended with ${String(status)}: ${stderr}`);
  return JSON.parse(stdout);
}

function dashboard(folder) {
  if (spawnSync('script', ['--version']).status !== 0) {
    return { not_measured: 'script (util-linux) is not on this machine' };
  }
  const parts = ['cpu', 'soak', 'first-paint', 'key-to-screen', 'throughput', 'kill'];
  return Object.fromEntries(
    parts.map((part) => [part.replaceAll('-', '_'), worker(folder, 'dashboard.js', part)]),
  );
}

function redisEndToEnd(folder, scope) {
  if (spawnSync('redis-server', ['--version']).status !== 0) {
    return { not_measured: 'redis-server is not on this machine' };
  }
  return worker(folder, 'redis-end-to-end.js', scope);
}

/** A paper engine whose feed gives one trade in hours: CPU over the idle time, then memory. */
async function idle() {
  const stateDir = join(scratch, 'idle');
  const args = [cdb, 'run', '--paper', '--feed', 'sample', '--speed', '0.0001', '--state-dir'];
  const child = spawn(process.execPath, [...args, stateDir, '--metrics-port', '0'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await new Promise((resolve, reject) => {
    child.once('exit', () => reject(new Error('the idle engine ended early')));
    child.stdout.on('data', (text) => String(text).includes('OK running') && resolve());
  });
  // The warm-up is folded and committed first; it is not idling yet.
  await sleep(5_000);
  const before = processes(child.pid);
  const startedAt = performance.now();
  await sleep(IDLE_SEC * 1000);
  const after = processes(child.pid);
  const seconds = (performance.now() - startedAt) / 1000;
  child.removeAllListeners('exit');
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await ended;
  const pick = (list, engine) => list.filter(({ pid }) => (pid === child.pid) === engine);
  const cpu = (engine) => {
    const ticks = (list) => pick(list, engine).reduce((sum, one) => sum + one.cpuSec, 0);
    return round(((ticks(after) - ticks(before)) / seconds) * 100);
  };
  const rss = (engine) => pick(after, engine).reduce((sum, { rssBytes }) => sum + rssBytes, 0);
  return {
    seconds: round(seconds),
    engine: { cpu_percent_of_a_core: cpu(true), rss_bytes: rss(true) },
    database: {
      cpu_percent_of_a_core: cpu(false),
      rss_bytes: rss(false),
      note: 'shared pages counted per process',
    },
  };
}

/** The process and all below it, from /proc. */
function processes(rootPid) {
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
        const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
        const cpuSec = (Number(fields[11]) + Number(fields[12])) / 100;
        const rssBytes = Number(fields[21]) * 4096;
        return [{ pid: Number(name), parent: Number(fields[1]), cpuSec, rssBytes }];
      } catch {
        return []; // It ended while we looked.
      }
    });
  const wanted = new Set([rootPid]);
  for (let grown = true; grown;) {
    grown = false;
    for (const { pid, parent } of all) {
      if (wanted.has(parent) && !wanted.has(pid)) grown = Boolean(wanted.add(pid));
    }
  }
  return all.filter(({ pid }) => wanted.has(pid));
}

function startUp() {
  const bare = medianMs(['-e', '0']);
  const help = medianMs([cdb, '--help']);
  const status = medianMs([cdb, 'status', '--state-dir', join(scratch, 'nothing')]);
  return {
    starts: STARTS,
    node_e_0_median_ms: bare,
    help: { median_ms: help, ratio: round(help / bare), aim: 1.3 },
    status: { median_ms: status, ratio: round(status / bare) },
  };
}

function medianMs(args) {
  const times = Array.from({ length: STARTS }, () => {
    const startedAt = performance.now();
    spawnSync(process.execPath, args, { stdio: 'ignore' });
    return performance.now() - startedAt;
  });
  return round(times.sort((a, b) => a - b)[Math.floor(STARTS / 2)]);
}

function git(args) {
  const { status, stdout } = spawnSync('git', args, { cwd: root, encoding: 'utf8' });
  return status === 0 ? stdout.trim() : 'unknown';
}

function sleep(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function round(value) {
  return Math.round(value * 100) / 100;
}
