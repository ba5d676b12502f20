import {
  existsSync,
  linkSync,
  mkdtempSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { request } from 'node:http';
import { createConnection, createServer as createNetServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { callEngine, faultAnswer } from '../../../src/adapters/control-socket/call-engine.js';
import { engineClient } from '../../../src/adapters/control-socket/engine-client.js';
import { REQUEST_BYTES_MAX } from '../../../src/adapters/control-socket/request-body.js';
import type { ControlHandlers } from '../../../src/adapters/control-socket/routes.js';
import {
  openControlSocket,
  type ControlSocket,
} from '../../../src/adapters/control-socket/server.js';
import { DependencyError, EXIT, OperatorError } from '../../../src/operator-error.js';
import {
  readBlockedList,
  readBlockedPage,
  readBlockSummary,
  readFillList,
  readFillPage,
} from '../../../src/view/audit-json.js';
import { progressOf, readLag } from '../../../src/view/progress.js';
import { readStreamPage } from '../../../src/view/stream-page.js';
import { readStreamViews } from '../../../src/view/streams-json.js';
import { systemView } from '../../../src/view/system-view.js';
import { readSystemView } from '../../../src/view/view-json.js';
import { readTraceAnswer } from '../../../src/view/trace-json.js';
import { fakeAuditReader } from '../../fakes/fake-audit-reader.js';
import { fakeEngineStatus } from '../../fakes/fake-engine-status.js';

const TIMEOUT_MS = 5_000;
const GET = (path: string) => ({ method: 'GET', path, timeoutMs: TIMEOUT_MS }) as const;
const POST = (body: unknown) =>
  ({ method: 'POST', path: '/intents', body, timeoutMs: TIMEOUT_MS }) as const;

let directory: string;
let path: string;
let faults: unknown[];
const open: ControlSocket[] = [];
const listeners: Server[] = [];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'cdb-socket-'));
  path = join(directory, 'cdb.sock');
  faults = [];
});
afterEach(async () => {
  for (const socket of open.splice(0)) await socket.close();
  for (const server of listeners.splice(0)) await new Promise((done) => server.close(done));
  rmSync(directory, { recursive: true, force: true });
});

const handlers = (overrides: Partial<ControlHandlers> = {}): ControlHandlers => ({
  view: () => systemView(fakeEngineStatus()),
  progress: () => progressOf(fakeEngineStatus()),
  log: {
    list: async () => [
      {
        name: 'stream.fills',
        length: 1,
        bytes: 10,
        firstId: { seq: 1, ord: 0 },
        lastId: { seq: 1, ord: 0 },
        entriesAdded: 1,
        tornBytes: 0,
        lastAppendAtMs: 5,
      },
    ],
    info: async (name) =>
      name === 'stream.fills' ? ((await handlers().log.list())[0] ?? null) : null,
    tail: async (_, limit) => [{ id: { seq: 1, ord: 0 }, fields: { limit: String(limit) } }],
    read: async (_, after, limit) => [
      { id: { seq: 1, ord: 0 }, fields: { after: JSON.stringify(after), limit: String(limit) } },
      { id: { seq: 2, ord: 0 }, fields: { appended: 'after the page was begun' } },
    ],
  },
  keys: { list: (prefix) => [`${prefix}BTCUSDT`], get: () => '{}' },
  audit: fakeAuditReader({
    fills: async ({ limit, symbol }) => ({
      runId: symbol,
      fills: [],
      total: limit,
      newestAtMs: null,
      cursor: '',
    }),
    fillsAfter: async (cursor, { symbol }, limit) => ({
      rows: [],
      cursor: `${cursor}|${String(symbol)}|${limit}`,
      more: true,
      reset: false,
    }),
    blocked: async ({ windowMs, limit }) => ({
      runId: null,
      blocked: [],
      total: windowMs ?? limit,
      newestAtMs: null,
      cursor: '7:x',
    }),
    blockedAfter: async (cursor, limit) => ({
      rows: [],
      cursor: `${cursor}|${limit}`,
      more: false,
      reset: true,
    }),
    trace: async (id) => ({ found: 'none', looked: [id] }),
    blocksBy: async ({ by, windowMs }) => ({
      runId: null,
      by,
      groups: [],
      othersCount: 0,
      blocked: windowMs ?? 0,
      allowed: 0,
      lastAllowAtMs: null,
      firstAtMs: null,
      newestAtMs: null,
    }),
  }),
  intent: async (name, members) => ({ name, members }),
  ...overrides,
});

async function serve(overrides: Partial<ControlHandlers> = {}, answerTimeoutMs = TIMEOUT_MS) {
  const onFault = (fault: unknown) => faults.push(fault);
  const socket = await openControlSocket({
    path,
    handlers: handlers(overrides),
    frame: () => Promise.reject(new Error('nobody watches')),
    onFault,
    answerTimeoutMs,
  });
  open.push(socket);
  return socket;
}

async function bodyOf(asked: ReturnType<typeof GET> | ReturnType<typeof POST>): Promise<unknown> {
  const answer = await callEngine(path, asked);
  if (answer.state !== 'answered') throw new Error(`no answer: ${JSON.stringify(answer)}`);
  return answer.body;
}

/** Listens raw, for engines that misbehave. */
async function listenRaw(onConnection: Parameters<typeof createNetServer>[1]): Promise<void> {
  const server = createNetServer(onConnection);
  listeners.push(server);
  await new Promise<void>((resolve) => server.listen(path, resolve));
}

describe('control socket', () => {
  it('is private to its owner and is gone after close', async () => {
    const socket = await serve();
    expect(statSync(path).mode & 0o777).toBe(0o600);
    await socket.close();
    expect(existsSync(path)).toBe(false);
  });

  it('answers view, streams, tail, keys, fills and blocks in forms that their readers take', async () => {
    await serve();
    expect(readSystemView(await bodyOf(GET('/view')))?.word).toBe('EFFECTS FLOW');
    expect(readStreamViews(await bodyOf(GET('/streams')))?.length).toBe(9);
    const newest = readStreamPage(await bodyOf(GET('/streams/stream.fills?n=3')));
    expect(newest).toEqual({
      entries: [{ id: '1-0', fields: { limit: '3' } }],
      newestId: '1-0',
      entriesAdded: 1,
    });
    expect(await bodyOf(GET('/keys/market_state%3A'))).toEqual({
      keys: [{ key: 'market_state:BTCUSDT', value: '{}' }],
      total: 1,
    });
    expect(readFillList(await bodyOf(GET('/fills?n=99999&symbol=A')))).toMatchObject({
      runId: 'A',
      total: 1_000,
    });
    const blocks = readBlockSummary(await bodyOf(GET('/blocks?by=symbol&window_ms=60000')));
    expect(blocks).toMatchObject({ by: 'symbol', blocked: 60_000 });
    const traced = readTraceAnswer(await bodyOf(GET('/trace/order%3A8')));
    expect(traced).toEqual({ found: 'none', looked: ['order:8'] });
  });

  it.each([
    ['/streams/stream.fills?after=12-3&n=5', { after: '{"seq":12,"ord":3}', limit: '5' }],
    ['/streams/stream.fills?after=', { after: 'null', limit: '20' }],
  ])(
    'answers %s with what is behind that id, up to the newest of the figures',
    async (asked, fields) => {
      await serve();
      expect(readStreamPage(await bodyOf(GET(asked)))?.entries).toEqual([{ id: '1-0', fields }]);
    },
  );

  it('answers what was committed behind a cursor', async () => {
    await serve();
    const fills = readFillPage(await bodyOf(GET('/fills?n=9&after=4%3Afill-1&symbol=A')));
    expect(fills).toEqual({ rows: [], cursor: '4:fill-1|A|9', more: true, reset: false });
    expect(readBlockedList(await bodyOf(GET('/blocks/list?n=3')))?.total).toBe(3);
    const blocked = readBlockedPage(await bodyOf(GET('/blocks/list?n=3&after=')));
    expect(blocked).toEqual({ rows: [], cursor: '|3', more: false, reset: true });
  });

  it('answers how far publication is behind', async () => {
    await serve();
    const lag = readLag(await bodyOf(GET('/lag')));
    expect(lag?.progress).toMatchObject({
      seqJournaled: 5_000,
      seqCommitted: 4_995,
      seqPublished: 4_990,
    });
    expect(lag?.streams).toHaveLength(9);
  });

  it('hands an intent to its handler with everything that came with it', async () => {
    await serve();
    expect(await bodyOf(POST({ intent: 'stop', grace_ms: 5 }))).toEqual({
      name: 'stop',
      members: { grace_ms: 5 },
    });
  });

  it.each<[string, ReturnType<typeof GET> | ReturnType<typeof POST>, number, string]>([
    ['an unknown path', GET('/nothing'), 404, 'CDB-E0704'],
    ['an unknown stream', GET('/streams/none'), 404, 'CDB-E0704'],
    ['a bad number', GET('/fills?n=-1'), 400, 'CDB-E0705'],
    ['a bad field', GET('/blocks?by=colour'), 400, 'CDB-E0705'],
    ['a bad id', GET('/streams/stream.fills?after=12'), 400, 'CDB-E0705'],
    ['a bad escape', GET('/streams/%ff%'), 400, 'CDB-E0705'],
    ['an intent without name', POST({ intent: 5 }), 400, 'CDB-E0705'],
    ['a list as body', POST([]), 400, 'CDB-E0705'],
    ['a body beyond the bound', POST({ intent: 'x'.repeat(REQUEST_BYTES_MAX) }), 400, 'CDB-E0705'],
  ])('refuses %s with what, why and todo', async (_, asked, status, code) => {
    await serve();
    const answer = await callEngine(path, asked);
    expect(answer).toMatchObject({ state: 'answered', status, body: { error: { code } } });
    const { error } = (answer as { body: { error: Record<string, unknown> } }).body;
    for (const name of ['what', 'why', 'todo']) expect(error[name]).toBeTruthy();
  });

  it('says that a request is too long before it has all arrived', async () => {
    await serve();
    const answer = await callEngine(path, POST({ intent: 'x'.repeat(REQUEST_BYTES_MAX) }));
    expect(answer).toMatchObject({
      body: { error: { what: 'Cannot read the request: it is too long' } },
    });
  });

  it('passes the refusal of a handler on as it is', async () => {
    const refusal = new OperatorError({
      code: 'CDB-E0705',
      what: 'Cannot release',
      why: 'no reason given',
      todo: 'give one',
      exit: EXIT.REFUSED,
    });
    await serve({ intent: () => Promise.reject(refusal) });
    const answer = await callEngine(path, POST({ intent: 'release' }));
    expect(answer).toMatchObject({
      status: 403,
      body: { error: { what: 'Cannot release', exit: 5 } },
    });
    expect(faults).toEqual([]);
  });

  it('calls a database that is away by its name, not a bug', async () => {
    const away = new DependencyError('no answer', { dependency: 'PostgreSQL', retryable: true });
    await serve({ audit: { ...handlers().audit, fills: () => Promise.reject(away) } });
    const error = {
      code: 'CDB-E0004',
      what: 'PostgreSQL failed: no answer',
      exit: EXIT.UNREACHABLE,
    };
    expect(await callEngine(path, GET('/fills'))).toMatchObject({ status: 503, body: { error } });
    expect(faults).toEqual([]);
  });

  it('survives a bug in a handler and lets somebody know', async () => {
    const bug = new Error('bug');
    await serve({ intent: () => Promise.reject(bug) });
    expect(await callEngine(path, POST({ intent: 'stop' }))).toMatchObject({ status: 500 });
    expect(faults).toEqual([bug]);
    expect(await callEngine(path, GET('/view'))).toMatchObject({ status: 200 });
  });

  it('answers in bounded time when a handler does not', async () => {
    await serve({ intent: () => new Promise(() => undefined) }, 20);
    const answer = await callEngine(path, POST({ intent: 'stop' }));
    expect(answer).toMatchObject({ status: 504, body: { error: { code: 'CDB-E0701' } } });
  });

  it('survives what is not HTTP', async () => {
    await serve();
    await new Promise<void>((resolve) => {
      const noise = createConnection(path, () => noise.end('\u0000\u0001 no such thing\r\n\r\n'));
      noise.resume().once('close', () => {
        resolve();
      });
    });
    expect(await callEngine(path, GET('/view'))).toMatchObject({ status: 200 });
  });

  it('survives a client that leaves in the middle of its request', async () => {
    await serve();
    await new Promise<void>((resolve) => {
      const call = request({ socketPath: path, method: 'POST', path: '/intents', agent: false });
      call.setHeader('content-length', 100);
      call.once('error', () => {
        resolve();
      });
      call.write('{', () => call.destroy(new Error('left')));
    });
    expect(await callEngine(path, GET('/view'))).toMatchObject({ status: 200 });
    expect(faults).toEqual([]);
  });
});

describe('claiming the path', () => {
  it('replaces a socket on which nobody listens any more', async () => {
    await listenRaw(undefined);
    // Closing would remove the file; renaming a hard link back leaves what a crash leaves.
    linkSync(path, `${path}.kept`);
    for (const server of listeners.splice(0)) await new Promise((done) => server.close(done));
    renameSync(`${path}.kept`, path);
    await serve();
    expect(await callEngine(path, GET('/view'))).toMatchObject({ status: 200 });
  });

  it('leaves a socket alone on which somebody listens', async () => {
    await serve();
    await expect(serve()).rejects.toMatchObject({ code: 'CDB-E0702', exit: EXIT.CONFLICT });
    expect(await callEngine(path, GET('/view'))).toMatchObject({ status: 200 });
  });

  it('never removes a file that is no socket', async () => {
    writeFileSync(path, 'mine');
    await expect(serve()).rejects.toMatchObject({ code: 'CDB-E0702' });
    expect(existsSync(path)).toBe(true);
  });

  it('refuses a path that the system would cut off', async () => {
    path = join(directory, 'x'.repeat(100));
    await expect(serve()).rejects.toMatchObject({ code: 'CDB-E0702' });
  });

  it('says so when the directory is missing', async () => {
    path = join(directory, 'none', 'cdb.sock');
    await expect(serve()).rejects.toMatchObject({ code: 'CDB-E0702' });
  });
});

describe('callEngine', () => {
  it('tells "nobody listens" from "no answer"', async () => {
    expect(await callEngine(path, GET('/view'))).toEqual({ state: 'nobody' });
    await listenRaw((connection) => connection.resume());
    const answer = await callEngine(path, { ...GET('/view'), timeoutMs: 30 });
    expect(answer).toEqual({ state: 'silent', why: 'no answer within 30 ms' });
  });

  it.each([
    [
      'closes at once',
      (write: (text: string) => void) => {
        write('');
      },
    ],
    [
      'speaks another language',
      (write: (text: string) => void) => {
        write('220 smtp\r\n');
      },
    ],
    [
      'answers no JSON',
      (write: (text: string) => void) => {
        write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok');
      },
    ],
    [
      'breaks off',
      (write: (text: string) => void) => {
        write('HTTP/1.1 200 OK\r\ncontent-length: 20\r\n\r\n{');
      },
    ],
  ])('reports an engine that %s as silent', async (_, speak) => {
    await listenRaw((connection) => {
      connection.once('data', () => {
        speak((text) => connection.end(text));
      });
      connection.on('error', () => undefined);
    });
    expect(await callEngine(path, GET('/view'))).toMatchObject({ state: 'silent' });
  });

  it('says that a socket belongs to another user instead of calling it gone', () => {
    const denied = Object.assign(new Error('connect EACCES'), { code: 'EACCES' });
    expect(faultAnswer(denied)).toEqual({
      state: 'silent',
      why: 'it belongs to another user (permission denied)',
    });
  });
});

describe('engineClient', () => {
  const holder = () => ({ pid: 4182, startedAtMs: 1, socketPath: path });

  it('believes the lock: without a holder there is no engine, whatever listens', async () => {
    await serve();
    expect(await engineClient({ holder: () => null }).call(GET('/view'))).toEqual({
      state: 'absent',
    });
  });

  it('calls a holder whose socket is not open silent, with its pid', async () => {
    expect(await engineClient({ holder }).call(GET('/view'))).toMatchObject({
      state: 'silent',
      pid: 4182,
    });
  });

  it('finds nothing wrong with an engine that ended while it was asked', async () => {
    let looks = 0;
    const ending = { holder: () => ((looks += 1) === 1 ? holder() : null) };
    expect(await engineClient(ending).call(GET('/view'))).toEqual({ state: 'absent' });
  });

  it('brings the answer of the engine', async () => {
    await serve();
    const answer = await engineClient({ holder }).call(GET('/view'));
    expect(answer).toMatchObject({ state: 'answered', status: 200 });
  });
});
