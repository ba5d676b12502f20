import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { run as fills } from '../../../../src/commands/fills.js';
import type { OutputFormat } from '../../../../src/commands/command-io.js';
import type { OperatorPorts } from '../../../../src/commands/operator-ports.js';
import { ParsedOptions } from '../../../../src/commands/parsed-options.js';
import type { EngineAnswer, EngineRequest } from '../../../../src/engine/ports/engine-client.js';
import type { FillRow } from '../../../../src/engine/ports/audit-reader.js';
import { EXIT } from '../../../../src/operator-error.js';
import { fillJson, fillListJson, rowPageJson } from '../../../../src/view/audit-json.js';
import { fakeAuditReader } from '../../../fakes/fake-audit-reader.js';
import { fakeCommandIo, type FakeCommandIo } from '../../../fakes/fake-command-io.js';
import { fakeOperator } from '../../../fakes/fake-operator-ports.js';

const FILL: FillRow = {
  fillId: '',
  orderId: 'order-1',
  runId: 'run-1',
  symbol: 'BTCUSDT',
  side: 'buy',
  status: 'filled',
  qty: '1.00000000',
  price: '9682.00000000',
  slippageBps: null,
  fee: '0.01000000',
  realizedPnl: null,
  strategyId: 'paper',
  atMs: Date.UTC(2026, 1, 9),
};

/** The table of fills, as engine and database answer from it. */
class Table {
  readonly rows: string[] = [];
  /** Ids in front of the rows; a database that is made anew counts from 0 again. */
  #generation = 0;
  readonly pageMax: number;

  constructor(pageMax = 500) {
    this.pageMax = pageMax;
  }

  madeAnew(): void {
    this.#generation += 1;
    this.rows.length = 0;
  }

  list(limit: number) {
    const shown = this.rows.slice(-limit).map(fillOf);
    const newestAtMs = shown.length === 0 ? null : FILL.atMs;
    const { cursor } = this;
    return { runId: 'run-1', fills: shown, total: this.rows.length, newestAtMs, cursor };
  }

  after(cursor: string, limit: number) {
    const [generation, count] = cursor.split('/').map(Number);
    const reset = cursor !== '' && generation !== this.#generation;
    const from = cursor === '' || reset ? 0 : (count ?? 0);
    const rows = this.rows.slice(from, from + Math.min(limit, this.pageMax));
    const at = from + rows.length;
    const more = at < this.rows.length;
    return { rows: rows.map(fillOf), cursor: `${this.#generation}/${at}`, more, reset };
  }

  get cursor(): string {
    return `${this.#generation}/${this.rows.length}`;
  }
}

const fillOf = (fillId: string): FillRow => ({ ...FILL, fillId });

/** What happens between two looks. */
type Step = 'nothing' | 'fills' | 'away' | 'silent' | 'broken' | 'back';

interface Followed {
  readonly io: FakeCommandIo;
  readonly table: Table;
  readonly printed: readonly string[];
  readonly exit: number;
}

interface FollowOptions {
  readonly table?: Table;
  readonly ports?: Partial<OperatorPorts>;
  readonly outputFormat?: OutputFormat;
  readonly options?: ConstructorParameters<typeof ParsedOptions>[0];
  /** Called with each pause, in front of its step. */
  readonly onStep?: (at: number) => void;
}

/** Follows while the steps happen, one with every pause, and is ended behind the last. */
async function follow(
  steps: readonly Step[],
  {
    table = new Table(3),
    ports = {},
    outputFormat = 'jsonl',
    options = {},
    onStep = () => undefined,
  }: FollowOptions = {},
): Promise<Followed> {
  const io = fakeCommandIo({ outputFormat });
  let engine: Step = 'back';
  let nowMs = 0;
  let at = 0;
  const clock: OperatorPorts['clock'] = {
    nowMs: () => nowMs,
    monotonicMs: () => nowMs,
    sleep: async (ms) => {
      nowMs += ms;
      onStep(at);
      const step = steps[at];
      at += 1;
      if (step === undefined) io.stop('SIGINT');
      else if (step === 'fills') grow(table);
      else if (step !== 'nothing') engine = step;
      // The engine works while it is away from us, but not while it is gone.
      if (engine === 'silent' || engine === 'broken') grow(table);
    },
  };
  const answer = (request: EngineRequest): EngineAnswer => {
    if (engine === 'away') return { state: 'absent' };
    if (engine === 'silent') return { state: 'silent', why: 'no answer in time', pid: 1 };
    if (engine === 'broken') {
      const error = {
        code: 'CDB-E0004',
        what: 'PostgreSQL failed',
        why: 'gone',
        todo: '',
        exit: 4,
      };
      return { state: 'answered', status: 503, body: { error } };
    }
    const query = new URL(request.path, 'http://cdb').searchParams;
    const after = query.get('after');
    const limit = Number(query.get('n'));
    const body =
      after === null
        ? fillListJson(table.list(limit))
        : rowPageJson(table.after(after, limit), fillJson);
    return { state: 'answered', status: 200, body: JSON.parse(JSON.stringify(body)) as unknown };
  };
  const reader = fakeAuditReader({
    fills: async ({ limit }) => table.list(limit),
    fillsAfter: async (cursor, _, limit) => table.after(cursor, limit),
  });
  const withAudit: OperatorPorts['withAudit'] = (work) => work(reader);
  const services = fakeOperator({ clock, withAudit, ...ports }, answer);
  const given = new ParsedOptions({ follow: true, count: 2, ...options });
  const exit = await fills(given, io, services);
  const printed =
    outputFormat === 'text'
      ? []
      : io.out.flatMap((text) => text.trim().split('\n')).map((text) => idOf(text));
  return { io, table, printed, exit };
}

function grow(table: Table): void {
  const count = 1 + (table.rows.length % 5);
  for (let n = 0; n < count; n += 1) {
    table.rows.push(`fill-${table.rows.length}`);
  }
}

function idOf(line: string): string {
  return (JSON.parse(line) as { data: { fill_id: string } }).data.fill_id;
}

const step = fc.constantFrom<Step>('nothing', 'fills', 'away', 'silent', 'broken', 'back');

describe('fills -f', () => {
  it('prints every row once and in order, whatever the engine does meanwhile', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 25 }),
        fc.integer({ min: 0, max: 9 }),
        async (steps, before) => {
          const table = new Table(3);
          for (let n = 0; n < before; n += 1) grow(table);
          const firstShown = Math.max(0, table.rows.length - 2);
          const { printed, exit } = await follow([...steps, 'back', 'nothing'], { table });
          expect(exit).toBe(EXIT.SIGINT);
          expect(printed).toEqual(table.rows.slice(firstShown));
        },
      ),
    );
  });

  it('says once that the engine is away, why, and that it is back', async () => {
    const { io } = await follow(['nothing', 'away', 'nothing', 'silent', 'nothing', 'back']);
    expect(io.err).toEqual([
      'notice: no engine runs (2026-02-09 15:30:00 UTC); waiting for an engine, Ctrl-C ends this\n',
      'notice: still waiting: Cannot reach the running engine: the engine (pid 1) holds the state directory but does not answer: no answer in time\n',
      'notice: an engine answers again, after 2.0 s\n',
    ]);
  });

  it('prints no row twice when the database was made anew with the same rows', async () => {
    const table = new Table();
    grow(table);
    grow(table);
    const { printed, io } = await follow(['nothing', 'fills', 'nothing'], {
      table,
      options: { count: 1_000 },
      onStep: (at) => {
        if (at !== 1) return;
        const rows = [...table.rows];
        table.madeAnew();
        table.rows.push(...rows);
      },
    });
    expect(printed).toEqual(table.rows);
    expect(new Set(printed).size).toBe(printed.length);
    expect(io.err.join('')).toContain('the database was made anew');
  });

  it('shows what a run committed in front of its goodbye, once it has gone for good', async () => {
    const gone = (endedAtMs: number | null) =>
      follow(['nothing', 'away', 'fills', ...Array<Step>(6).fill('nothing')], {
        table: new Table(),
        ports: { lastRun: async () => ({ ...LAST, endedAtMs }) },
      });
    expect((await gone(1)).printed).toEqual(['fill-0']);
    // After a crash the database is left to the next start.
    expect((await gone(null)).printed).toEqual([]);
  });

  it('is a table that goes on under its titles', async () => {
    const { io } = await follow(['fills', 'fills'], { outputFormat: 'text' });
    const text = io.out.join('');
    expect(text).toMatch(
      /^no fill in the whole run.*\ntime \(UTC\) +symbol .*\n2026-02-09 00:00:00 /,
    );
    expect(text.match(/^time/gm)).toHaveLength(1);
    expect(text.match(/^2026-02-09 /gm)).toHaveLength(3);
  });

  it('gives one envelope a row for --json as for jsonl, with the chosen fields only', async () => {
    const options = { fields: ['symbol', 'fill_id'] };
    const { io } = await follow(['fills'], { outputFormat: 'json', options });
    expect(JSON.parse(io.out.join('')).data).toEqual({ symbol: 'BTCUSDT', fill_id: 'fill-0' });
  });

  it('ends with an error that no waiting mends', async () => {
    const services = fakeOperator({}, () => ({ state: 'answered', status: 200, body: {} }));
    const io = fakeCommandIo();
    await expect(fills(new ParsedOptions({ follow: true }), io, services)).rejects.toMatchObject({
      code: 'CDB-E0706',
    });
  });

  it('refuses an unknown field before it asks anybody', async () => {
    const services = fakeOperator();
    const options = new ParsedOptions({ follow: true, fields: ['prise'] });
    await expect(fills(options, fakeCommandIo(), services)).rejects.toMatchObject({
      exit: EXIT.USAGE,
      todo: expect.stringContaining('did you mean price?'),
    });
    expect(services.asked).toEqual([]);
  });
});

const LAST = {
  runId: 'run-1',
  mode: 'paper',
  feed: 'sample',
  seed: 1,
  startedAtMs: 0,
  endedAtMs: null,
  seqJournaled: 0,
  seqCommitted: null,
  spoolBatches: 0,
};
