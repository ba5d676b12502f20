import { describe, expect, it } from 'vitest';
import { run as blocks } from '../../../src/commands/blocks.js';
import type { CommandIo, OutputFormat } from '../../../src/commands/command-io.js';
import { writeResults } from '../../../src/commands/evaluate/results.js';
import { run as explain } from '../../../src/commands/explain.js';
import { run as fills } from '../../../src/commands/fills.js';
import { run as help } from '../../../src/commands/help.js';
import { run as engage } from '../../../src/commands/kill-switch/engage.js';
import { run as release } from '../../../src/commands/kill-switch/release.js';
import { run as killSwitchStatus } from '../../../src/commands/kill-switch/status.js';
import type { OperatorServices } from '../../../src/commands/operator-ports.js';
import { errorText } from '../../../src/commands/output/error-text.js';
import { ParsedOptions } from '../../../src/commands/parsed-options.js';
import { createEmitter } from '../../../src/commands/replay/emitter.js';
import { EMIT_KINDS } from '../../../src/commands/replay/emit-kinds.js';
import { eventLine } from '../../../src/commands/run/event-lines.js';
import { LinePrinter } from '../../../src/commands/run/line-printer.js';
import { run as status } from '../../../src/commands/status.js';
import { run as stop } from '../../../src/commands/stop.js';
import { run as lag } from '../../../src/commands/streams/lag.js';
import { run as list } from '../../../src/commands/streams/list.js';
import { run as peek } from '../../../src/commands/streams/peek.js';
import { run as tail } from '../../../src/commands/streams/tail.js';
import { nodeHash } from '../../../src/adapters/node-hash.js';
import type { ControlRecord } from '../../../src/engine/domain/control.js';
import type { Output } from '../../../src/engine/domain/events.js';
import { runIds } from '../../../src/engine/domain/ids.js';
import type { EngineAnswer, EngineRequest } from '../../../src/engine/ports/engine-client.js';
import { DependencyError, EXIT, OperatorError } from '../../../src/operator-error.js';
import { reportFault } from '../../../src/main/fault.js';
import { fillListJson, blockSummaryJson, blockedListJson } from '../../../src/view/audit-json.js';
import { lagJson, progressOf } from '../../../src/view/progress.js';
import { streamPageJson } from '../../../src/view/stream-page.js';
import { streamViewsJson, type StreamView } from '../../../src/view/streams-json.js';
import { systemView } from '../../../src/view/system-view.js';
import { systemViewJson } from '../../../src/view/view-json.js';
import { fakeCommandIo } from '../../fakes/fake-command-io.js';
import { fakeEngineStatus } from '../../fakes/fake-engine-status.js';
import { fakeKillSwitch } from '../../fakes/fake-kill-switch.js';
import { fakeOperator } from '../../fakes/fake-operator-ports.js';
import { agedStream, fakeStack, stackFacts, WELL } from '../../fakes/fake-stack.js';
import { FACTS } from '../engine/domain/wire/facts.js';
import { COMMANDS, GLOBAL_OPTIONS } from '../../../src/commands/command-table.js';

/** What a terminal would obey or be fooled by: OSC, CSI, C1 CSI and OSC, bidi, line ends, DEL. */
const EVIL =
  'A\u001b]0;owned\u0007\u001b[2J\u009b31m\u009d8;;x\u009c\u0085\u202eevil\u2066\u2028\u200b\r\nerror CDB-E0001: forged\n\u007f\u0000Z';
const RAW =
  /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/;

/** The same value with the evil text behind every text of it whose name `takes` it. */
function planted<T>(value: T, takes: (name: string) => boolean): T {
  const plant = (part: unknown, name: string): unknown => {
    if (typeof part === 'string') return takes(name) ? `${part}${EVIL}` : part;
    if (Array.isArray(part)) return part.map((item) => plant(item, name));
    if (typeof part !== 'object' || part === null) return part;
    return Object.fromEntries(
      Object.entries(part).map(([key, member]) => [key, plant(member, key)]),
    );
  };
  return plant(JSON.parse(JSON.stringify(value)), '') as T;
}

/** Texts that a reader refuses in any other form: they can't carry anything. */
const FIXED = [
  ...['schema', 'observed_at', 'started_at', 'at', 'last_at', 'newest_at', 'first_at'],
  ...['last_allow_at', 'word', 'source', 'by'],
];
const FREE = (name: string) => !FIXED.includes(name);

const AT = Date.UTC(2026, 1, 9);
const FILL = {
  ...{ fillId: 'f', orderId: 'o', runId: 'r', symbol: 'S', side: 'buy', status: 'filled' },
  ...{ qty: '1', price: '2', slippageBps: '3', fee: '4', realizedPnl: '5', strategyId: 's' },
  atMs: AT,
};
const REFUSAL = {
  ...{ decisionId: 'd', runId: 'r', symbol: 'S', side: 'buy', code: 'RC_002', detail: 'x' },
  ...{ strategyId: 's', atMs: AT },
};
const LIST_HEAD = { runId: 'r', total: 1, newestAtMs: AT, cursor: '1:x' };
const GROUP = { key: 'RC_002', count: 30, firstAtMs: AT, lastAtMs: AT };
const SUMMARY = {
  ...{ runId: 'r', by: 'code' as const, groups: [GROUP], othersCount: 1, blocked: 31, allowed: 0 },
  ...{ lastAllowAtMs: AT, firstAtMs: AT, newestAtMs: AT },
};
const STREAM: StreamView = {
  ...{ name: 'stream.fills', length: 20_000, lengthMax: 10_000, entriesAdded: 5, bytes: 1 },
  ...{ newestId: '7-0', lastAtMs: AT, tornBytes: 1, exists: true },
};
const PAGE = streamPageJson('stream.fills', {
  entries: [
    { id: '7-0', fields: { [EVIL]: EVIL, metadata: JSON.stringify({ [EVIL]: [EVIL] }) + '\n' } },
    { id: '7-1', fields: { raw: `{"c1":"\u009b\u202e"}` } },
  ],
  newestId: '7-1',
  entriesAdded: 2,
});

const BODIES: Readonly<Record<string, unknown>> = {
  view: planted(systemViewJson(systemView(fakeEngineStatus())), FREE),
  fills: planted(fillListJson({ ...LIST_HEAD, fills: [FILL] }), FREE),
  'blocks/list': planted(blockedListJson({ ...LIST_HEAD, blocked: [REFUSAL] }), FREE),
  blocks: planted(blockSummaryJson(SUMMARY), FREE),
  streams: planted(streamViewsJson([STREAM]), FREE),
  lag: planted(lagJson({ progress: progressOf(fakeEngineStatus()), streams: [STREAM] }), FREE),
};

const answering = (request: EngineRequest): EngineAnswer => {
  const path = request.path.slice(1).split('?')[0] ?? '';
  const isPage = path.startsWith('streams/');
  return { state: 'answered', status: 200, body: isPage ? PAGE : BODIES[path] };
};
const running = () => fakeOperator({ stateDir: EVIL }, answering);
const refusing = () => {
  const body = { error: { code: 'CDB-E0004', what: EVIL, why: EVIL, todo: EVIL, exit: 4 } };
  return fakeOperator({ stateDir: EVIL }, () => ({ state: 'answered', status: 503, body }));
};
const silent = () =>
  fakeOperator({ stateDir: EVIL }, () => ({ state: 'silent', why: EVIL, pid: 4 }));
const gone = () =>
  fakeOperator({
    stateDir: EVIL,
    lastRun: async () => ({
      ...{ runId: EVIL, mode: EVIL, feed: EVIL, seed: 1, startedAtMs: AT, endedAtMs: null },
      ...{ seqJournaled: 5, seqCommitted: 3, spoolBatches: 1 },
    }),
    latch: () => ({ level: EVIL, mode: EVIL, reason: EVIL, operator: EVIL, atMs: AT }),
  });

const stacked = () => {
  const facts = stackFacts({
    streams: [agedStream('stream.fills', 1), agedStream(EVIL, 1)],
    topics: [{ topic: EVIL, subscribers: 0 }],
    states: [{ key: EVIL, ttlMs: null }],
    server: { ...WELL, version: EVIL, role: EVIL, maxmemoryPolicy: EVIL },
  });
  const id = { seq: 7, ord: 0 };
  const group = { name: EVIL, consumers: 1, pending: 1, lag: null, lastDeliveredId: id };
  const entries = async () => [{ id, fields: { [EVIL]: EVIL } }];
  const log = {
    list: async () => facts.streams,
    info: async (name: string) => agedStream(name, 1),
    tail: entries,
    read: entries,
  };
  const stack = fakeStack(facts, { log, groups: async () => [group] });
  return fakeOperator({ stateDir: EVIL, stack: () => ({ ...stack, where: EVIL }) });
};

const RECORD: ControlRecord = {
  ...{ level: 'HALTED', previousLevel: 'TRADING', mode: 'paper', epoch: 3, reason: EVIL },
  ...{ message: EVIL, operator: EVIL, atMs: AT, scopes: { [`symbol:${EVIL}`]: 'HALTED' } },
};
const latched = () => {
  const fake = fakeKillSwitch(RECORD);
  fake.answer = { state: 'silent', why: EVIL, pid: 9 };
  fake.pid = 9;
  return fake;
};
const damaged = () => {
  const fake = fakeKillSwitch(null);
  fake.reading = { state: 'unreadable', why: EVIL };
  fake.fault = new DependencyError(EVIL, { dependency: EVIL, retryable: false });
  return fake;
};

type Work = (io: CommandIo) => unknown;
const operator =
  (
    command: (options: ParsedOptions, io: CommandIo, services: OperatorServices) => unknown,
    services: () => OperatorServices,
    options: ConstructorParameters<typeof ParsedOptions>[0] = {},
  ): Work =>
  (io) =>
    command(new ParsedOptions({ ...options }), io, services());

const NAMED = { name: 'stream.fills', id: '7-0' };
const CASES: readonly (readonly [string, Work])[] = [
  ...([running, refusing, silent, gone, stacked] as const).flatMap((services) => [
    [`status, ${services.name}`, operator(status, services)] as const,
    [`fills, ${services.name}`, operator(fills, services, { symbol: EVIL })] as const,
    [`blocks, ${services.name}`, operator(blocks, services)] as const,
    [`streams list, ${services.name}`, operator(list, services)] as const,
    [`streams lag, ${services.name}`, operator(lag, services)] as const,
    [`streams tail, ${services.name}`, operator(tail, services, NAMED)] as const,
    [`streams tail EVIL, ${services.name}`, operator(tail, services, { name: EVIL })] as const,
    [`streams peek, ${services.name}`, operator(peek, services, NAMED)] as const,
    [
      `streams peek -, ${services.name}`,
      operator(peek, services, { ...NAMED, id: '9-0' }),
    ] as const,
    [
      `streams peek EVIL, ${services.name}`,
      operator(peek, services, { name: EVIL, id: EVIL }),
    ] as const,
  ]),
  ['stop', operator(stop, gone)],
  ['fills --fields', operator(fills, running, { fields: [EVIL] })],
  ['status --watch', endingAfter(status, { watchMs: 200 })],
  ['fills -f', endingAfter(fills, { follow: true })],
  ['blocks -f', endingAfter(blocks, { follow: true })],
  ['streams tail -f', endingAfter(tail, { ...NAMED, follow: true })],
  ['explain', (io) => explain(new ParsedOptions({ codeOrId: EVIL }), io, fakeOperator())],
  [
    'help',
    (io) =>
      help(new ParsedOptions({ topic: [EVIL] }), io, {
        commandTable: { commands: COMMANDS, globalOptions: GLOBAL_OPTIONS },
      }),
  ],
  ...([latched, damaged] as const).flatMap((services) => [
    [
      `kill-switch status, ${services.name}`,
      (io: CommandIo) => killSwitchStatus(new ParsedOptions({ stateDir: EVIL }), io, services()),
    ] as const,
    [
      `kill-switch engage, ${services.name}`,
      (io: CommandIo) =>
        engage(
          new ParsedOptions({ ...WORDS, stateDir: EVIL, level: EVIL, scope: [EVIL], text: [EVIL] }),
          io,
          services(),
        ),
    ] as const,
    [
      `kill-switch release, ${services.name}`,
      (io: CommandIo) => release(new ParsedOptions({ stateDir: EVIL }), io, services()),
    ] as const,
  ]),
  [
    'kill-switch release, allowed',
    (io) => release(new ParsedOptions({ ...RELEASE, stateDir: EVIL }), io, latched()),
  ],
  ['run: lines of every fact', everyFact],
  ['replay --emit', everyEmitted],
  [
    'evaluate',
    (io) => writeResults({ ...io, stdoutIsTTY: true }, 'evaluate.bundle', resultsOf(EVIL)),
  ],
];
const WORDS = { reason: EVIL, message: EVIL };
const RELEASE = { operator: EVIL, justification: EVIL, confirm: 'paper/kill-switch' };

/** A command that would go on for ever: told to end at its first pause. */
function endingAfter(
  command: (options: ParsedOptions, io: CommandIo, services: OperatorServices) => unknown,
  options: ConstructorParameters<typeof ParsedOptions>[0],
): Work {
  return (io) => {
    let looks = 0;
    const clock = {
      nowMs: () => 0,
      monotonicMs: () => 0,
      sleep: async () => {
        looks += 1;
        if (looks === 2) (io as ReturnType<typeof fakeCommandIo>).stop('SIGINT');
      },
    };
    const answer = (request: EngineRequest): EngineAnswer =>
      looks === 0 ? answering(request) : { state: 'silent', why: EVIL, pid: 1 };
    return command(new ParsedOptions(options), io, fakeOperator({ clock }, answer));
  };
}

function evilFacts(): readonly Output[] {
  const words = [
    'symbol',
    'strategyId',
    'message',
    'detail',
    'reason',
    'fault',
    'code',
    'operator',
  ];
  return Object.values(FACTS).map((fact) => planted(fact, (name) => words.includes(name)));
}

function everyFact(io: CommandIo): void {
  const lines = new LinePrinter(io);
  const shown = evilFacts()
    .map(eventLine)
    .filter((line) => line !== null);
  expect(shown.length).toBeGreaterThan(5);
  for (const line of shown) lines.print(line);
}

const PROOF = { bundle: JSON.stringify({ [EVIL]: EVIL }) };

function everyEmitted(io: CommandIo): void {
  const ids = runIds(nodeHash, 'replay');
  const kinds = new Set(EMIT_KINDS.filter((kind) => kind !== 'envelopes'));
  const emit = createEmitter({ kinds, ids, hash: nodeHash, proofOf: () => PROOF });
  const input = { kind: 'TradeObserved', symbol: EVIL, tsMs: 1, tradeId: EVIL } as never;
  io.stdout(emit({ input, outputs: evilFacts(), changePp: 1 }));
}

async function* resultsOf(text: string): AsyncGenerator<string> {
  yield JSON.stringify({ symbol: text });
}

/** What the operator sees: the answer, or the error as main prints it. */
async function seen(work: Work, outputFormat: OutputFormat): Promise<string> {
  const io = fakeCommandIo({ outputFormat, env: { USER: EVIL } });
  try {
    await work(io);
  } catch (fault) {
    if (!(fault instanceof OperatorError)) throw fault;
    io.stderr(errorText(reportFault(fault, [], 0), outputFormat));
  }
  return [...io.out, ...io.err].join('');
}

describe.each(['text', 'json', 'jsonl'] as const)('%s output', (outputFormat) => {
  it.each(CASES)('of "%s" has nothing that a terminal obeys', async (_, work) => {
    const text = await seen(work, outputFormat);
    // A list without a row is no line of jsonl.
    if (outputFormat !== 'jsonl') expect(text).not.toBe('');
    expect(RAW.exec(text)?.[0]).toBeUndefined();
    // A line break of the wire would make a line of its own.
    expect(text).not.toMatch(/^error CDB-E0001: forged/m);
    if (outputFormat === 'text') return;
    for (const line of text
      .trim()
      .split('\n')
      .filter((one) => one.startsWith('{'))) {
      expect(() => JSON.parse(line) as unknown).not.toThrow();
    }
  });

  it('of an error keeps what the error says', async () => {
    const fields = { code: 'CDB-E0004', what: EVIL, why: `${EVIL}\nsecond`, todo: EVIL } as const;
    const text = errorText(new OperatorError({ ...fields, exit: EXIT.UNREACHABLE }), outputFormat);
    expect(RAW.exec(text)).toBeNull();
    expect(text).not.toMatch(/^error CDB-E0001/m);
    expect(text).toContain('second');
  });

  it('of a fault outside cdb has nothing that a terminal obeys', () => {
    const fault = new DependencyError(EVIL, { dependency: EVIL, retryable: true });
    expect(RAW.exec(errorText(reportFault(fault, [], 0), outputFormat))).toBeNull();
  });
});
