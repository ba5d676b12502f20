import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { acquireEngineLock } from '../../src/adapters/files/engine-lock.js';
import { prepareStateDirectory, stateDirectory } from '../../src/adapters/files/state-directory.js';
import { systemClock } from '../../src/adapters/system-clock.js';
import { COMMANDS } from '../../src/commands/command-table.js';
import { runCdb } from './run-cdb.js';

let cwd = '';
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'cdb-network-'));
  // As root the database runs as another user, who has to pass through.
  chmodSync(cwd, 0o711);
});
afterEach(() => {
  rmSync(cwd, { recursive: true });
});

/** Runs in the child before cdb does: notes every name that is looked up and every socket. */
const RECORDER = `
import { appendFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import dgram from 'node:dgram';
import dns from 'node:dns';
import net from 'node:net';
const note = (what, where) => appendFileSync(process.env.RECORDED, what + ' ' + where + '\\n');
const before = (target, name, tell) => {
  const original = target[name];
  target[name] = function (...args) { tell(args); return original.apply(this, args); };
};
const place = (args) => {
  const [first, second] = Array.isArray(args[0]) ? args[0] : args;
  if (typeof first === 'object' && first !== null) return first.path ?? (first.host ?? '') + ':' + first.port;
  return typeof first === 'string' ? first : (second ?? '') + ':' + first;
};
before(net.Socket.prototype, 'connect', (args) => note('connect', place(args)));
before(net.Server.prototype, 'listen', (args) => note('listen', place(args)));
before(dgram.Socket.prototype, 'send', () => note('send', 'datagram'));
before(dns, 'lookup', ([name]) => note('lookup', name));
before(dns, 'resolve', ([name]) => note('lookup', name));
before(dns.promises, 'lookup', ([name]) => note('lookup', name));
syncBuiltinESMExports();
`;
const PRELOAD = ['--import', `data:text/javascript,${encodeURIComponent(RECORDER)}`];

function recorded(): readonly string[] {
  const path = join(cwd, 'recorded');
  return existsSync(path) ? readFileSync(path, 'utf8').trimEnd().split('\n') : [];
}

async function run(line: string, env: Readonly<Record<string, string>> = {}) {
  const recorder = { RECORDED: join(cwd, 'recorded') };
  const result = await runCdb(line.split(' '), {
    cwd,
    nodeFlags: PRELOAD,
    env: { ...recorder, ...env },
  });
  expect(result.stdout + result.stderr, line).not.toBe('');
  return result;
}

/** One line for each command that answers and ends. */
const LINES: Readonly<Record<string, string>> = {
  stop: 'stop',
  status: 'status',
  dashboard: 'dashboard --snapshot screen.txt',
  fills: 'fills',
  blocks: 'blocks',
  'streams list': 'streams list',
  'streams tail': 'streams tail stream.fills',
  'streams peek': 'streams peek stream.fills 1-0',
  'streams lag': 'streams lag',
  logs: 'logs',
  restart: 'restart',
  'kill-switch engage': 'kill-switch engage --message test',
  'kill-switch status': 'kill-switch status',
  'kill-switch release': 'kill-switch release',
  'evaluate gate': 'evaluate gate missing.json',
  'evaluate bundle': 'evaluate bundle missing.json',
  'evaluate soak-gate': 'evaluate soak-gate missing',
  'evaluate shadow-gate': 'evaluate shadow-gate missing',
  'evaluate shadow-compare': 'evaluate shadow-compare missing',
  'evaluate validation-window': 'evaluate validation-window missing.json',
  'evaluate paper-period': 'evaluate paper-period missing.json',
  'evaluate recovery': 'evaluate recovery missing.json',
  'evaluate replay-twice': 'evaluate replay-twice sample',
  readiness: 'readiness',
  'readiness guard': 'readiness guard missing',
  doctor: 'doctor --offline',
  'evaluate early-fail': 'evaluate early-fail missing',
  'soak status': 'soak status',
  replay: 'replay sample',
  'migrate status': 'migrate status',
  'migrate up': 'migrate up',
  'migrate plan': 'migrate plan',
  'migrate down': 'migrate down --to 9 --dry-run',
  'migrate verify': 'migrate verify',
  'migrate baseline': 'migrate baseline --dry-run',
  'migrate new': 'migrate new a_thing --dry-run',
  drift: 'drift',
  'contracts list': 'contracts list',
  'contracts show': 'contracts show orders',
  'contracts check': 'contracts check',
  'contracts snapshot': 'contracts snapshot --dry-run',
  'audit verify': 'audit verify',
  'audit tail': 'audit tail',
  'audit export': 'audit export --format jsonl --out exported',
  'kill-switch history': 'kill-switch history',
  'watchdog ack': 'watchdog ack',
  'mode show': 'mode show',
  'mode set': 'mode set shadow',
  'canary status': 'canary status',
  'canary plan': 'canary plan',
  'canary start': 'canary start',
  'canary step': 'canary step --to 5',
  'canary hold': 'canary hold',
  'canary rollback': 'canary rollback',
  'gate list': 'gate list',
  'gate open': 'gate open live --ttl 1m --by owner --reason test --yes',
  'gate check': 'gate check live',
  'gate close': 'gate close live',
  'config init': 'config init',
  'config show': 'config show --origin',
  'config get': 'config get metrics.port',
  'config set': 'config set metrics.port 0',
  'config diff': 'config diff cdb.yaml cdb.yaml',
  'config validate': 'config validate',
  explain: 'explain CDB-E0101',
  help: 'help environment',
  completion: 'completion bash',
  __complete: '__complete fills --symbol B',
  version: 'version',
};

test('the recorder sees what it has to', () => {
  const attempts = `
    import net from 'node:net'; import dgram from 'node:dgram'; import dns from 'node:dns';
    net.connect(9, '127.0.0.1').on('error', () => {});
    net.connect({ path: '/nowhere' }).on('error', () => {});
    fetch('http://127.0.0.1:47119/').catch(() => {});
    dns.lookup('localhost', () => {});
    const udp = dgram.createSocket('udp4'); udp.send('x', 9, '127.0.0.1', () => udp.close());
    const server = net.createServer().listen(0, '127.0.0.1', () => server.close());`;
  const script = join(cwd, 'attempts.mjs');
  writeFileSync(script, attempts);
  const env = { ...process.env, RECORDED: join(cwd, 'recorded') };
  spawnSync(process.execPath, [...PRELOAD, script], { env });
  const expected = [
    'connect 127.0.0.1:9',
    'connect 127.0.0.1:47119',
    'connect /nowhere',
    'lookup localhost',
    'send datagram',
  ];
  expect(recorded()).toEqual(expect.arrayContaining(expected));
  expect(recorded().some((line) => line.startsWith('listen '))).toBe(true);
});

test('no command opens a socket where no engine runs', async () => {
  const unnamed = COMMANDS.map(({ name }) => name).filter((name) => !(name in LINES));
  const alone = ['proof paper-e2e', 'proof shadow-probe'];
  expect(unnamed).toEqual(['run', 'soak start', 'kill-switch drill', 'watchdog', ...alone]);
  for (const line of Object.values(LINES)) {
    await run(line);
    expect(recorded(), line).toEqual([]);
  }
});

test('commands talk to an engine over its socket file only', async () => {
  const state = stateDirectory(join(cwd, '.cdb'));
  prepareStateDirectory(state);
  const socketPath = join(cwd, '.cdb', 's');
  const engine = createServer((socket) =>
    socket.end('HTTP/1.1 503 No\r\ncontent-length: 0\r\n\r\n'),
  );
  await new Promise<void>((resolve) => engine.listen(socketPath, resolve));
  const lock = await acquireEngineLock(
    state.engineLock,
    { socketPath, mode: 'paper' },
    systemClock(),
  );
  for (const line of ['status', 'streams list', 'fills', 'blocks']) await run(line);
  expect(new Set(recorded())).toEqual(new Set([`connect ${socketPath}`]));
  lock.release();
  engine.close();
});

test('a run opens no socket but files, with its metrics off', async () => {
  const { status } = await run(
    'run --paper --feed sample --speed max --metrics-port 0 --quiet --json',
  );
  expect(status).toBe(0);
  expect(recorded().some((line) => line.startsWith('listen /'))).toBe(true);
  expect(recorded().filter((line) => !/^(?:connect|listen) \//.test(line))).toEqual([]);
});
