import { describe, expect, it } from 'vitest';
import { ParsedOptions } from '../../../src/commands/parsed-options.js';
import { run as status } from '../../../src/commands/status.js';
import { run as lag } from '../../../src/commands/streams/lag.js';
import { run as list } from '../../../src/commands/streams/list.js';
import { run as peek } from '../../../src/commands/streams/peek.js';
import { run as tail } from '../../../src/commands/streams/tail.js';
import type { OperatorPorts, StackPort } from '../../../src/commands/operator-ports.js';
import type { LogEntry } from '../../../src/engine/ports/event-log.js';
import type { StreamGroup } from '../../../src/engine/ports/stack-reader.js';
import { EXIT, OperatorError } from '../../../src/operator-error.js';
import { fakeCommandIo } from '../../fakes/fake-command-io.js';
import { NOW_MS } from '../../fakes/fake-engine-status.js';
import { fakeOperator } from '../../fakes/fake-operator-ports.js';
import { agedStream, fakeStack, stackFacts, WELL } from '../../fakes/fake-stack.js';

const OPTIONS = new ParsedOptions({});
const NAMED = new ParsedOptions({ name: 'stream.fills' });
const CLOCK: OperatorPorts['clock'] = {
  nowMs: () => NOW_MS,
  monotonicMs: () => 0,
  sleep: () => Promise.resolve(),
};
const withStack = (stack: StackPort = fakeStack()) =>
  fakeOperator({ stack: () => stack, clock: CLOCK });
const fault = (code: 'CDB-E0801' | 'CDB-E0101', exit: 3 | 4) =>
  new OperatorError({ code, what: 'What', why: 'why', todo: 'todo', exit });

async function shown(
  command: typeof list,
  services = withStack(),
  options = OPTIONS,
): Promise<{ readonly exit: number; readonly text: string; readonly data: unknown }> {
  const [io, json] = [fakeCommandIo(), fakeCommandIo({ outputFormat: 'json' })];
  const exit = await command(options, io, services);
  expect(await command(options, json, services)).toBe(exit);
  const { data } = JSON.parse(json.out.join('')) as { data: unknown };
  return { exit, text: io.out.join(''), data };
}

describe('status of a Redis without an engine of ours', () => {
  it('says what flows there, and that cdb did not start it', async () => {
    const { exit, text, data } = await shown(status);
    expect(exit).toBe(EXIT.OK);
    expect(text).toMatch(
      /^stack +EFFECTS FLOW: the Redis of env CDB_REDIS_URL; stack not started by cdb$/m,
    );
    expect(text).toMatch(/^stream\.candles_1m +812 +100 000 +2\.0 s ago$/m);
    expect(text).toMatch(/^stream\.bot_shutdown +no data +10 000 +never$/m);
    expect(text).toMatch(/^listen +market_data 2, signals 2, orders 2, /m);
    expect(text).toMatch(/^states +market_state:BTCUSDT for 119 s$/m);
    expect(text).toMatch(
      /^server +Redis 7\.0\.15, master, memory 12\.0 MiB, of 256\.0 MiB, noevi/m,
    );
    expect(data).toMatchObject({
      running: false,
      stack: {
        where: 'env CDB_REDIS_URL',
        word: 'EFFECTS FLOW',
        topics: expect.arrayContaining([{ topic: 'orders', subscribers: 2 }]) as unknown,
        states: [{ key: 'market_state:BTCUSDT', ttl_ms: 119_000 }],
        server: { version: '7.0.15', maxmemory_policy: 'noeviction', append_only: true },
      },
    });
  });

  it('exits 1 and says why where effects do not flow', async () => {
    const stack = fakeStack(
      stackFacts({ states: [], server: { ...WELL, maxmemoryPolicy: 'allkeys-lru' } }),
    );
    const { exit, text } = await shown(status, withStack(stack));
    expect(exit).toBe(EXIT.FINDING);
    expect(text).toMatch(/^because +no key market_state:\*/m);
    expect(text).toMatch(/^WARN +maxmemory-policy is allkeys-lru/m);
  });

  it('shows what is unknown as unknown', async () => {
    const server = {
      ...{ version: null, role: null, clockMs: null, maxmemoryPolicy: null },
      ...{ maxmemoryBytes: null, usedMemoryBytes: null, evictedKeys: null },
      ...{ isAppendOnly: null, isAppendOnlyWell: null },
    };
    const topics = [{ topic: 'orders', subscribers: null }];
    const { text } = await shown(status, withStack(fakeStack(stackFacts({ server, topics }))));
    expect(text).toMatch(/^listen +orders unknown$/m);
    expect(text).toMatch(
      /^server +Redis of unknown version, role unknown, memory unknown, unknown limit, policy unknown, append-only file unknown$/m,
    );
  });

  it('says that a length at the cap is no total', async () => {
    const streams = [...stackFacts().streams, agedStream('stream.bot_shutdown', 5, 10_017)];
    const { text } = await shown(status, withStack(fakeStack(stackFacts({ streams }))));
    expect(text).toMatch(/^stream\.bot_shutdown +10 017 +10 000 .*full: its length is not/m);
  });

  it('cannot be told when Redis does not answer: exit 4', async () => {
    const stack = {
      ...fakeStack(),
      use: () => Promise.reject(fault('CDB-E0801', EXIT.UNREACHABLE)),
    };
    await expect(status(OPTIONS, fakeCommandIo(), withStack(stack))).rejects.toMatchObject({
      code: 'CDB-E0801',
      exit: EXIT.UNREACHABLE,
    });
  });

  it('is unknown with a broken configuration, which hides nothing else', async () => {
    const broken = fakeOperator({
      stack: () => {
        throw fault('CDB-E0101', EXIT.CONFIG);
      },
    });
    const { exit, text, data } = await shown(status, broken);
    expect(exit).toBe(EXIT.FINDING);
    expect(text).toMatch(/^cdb NOT RUNNING/);
    expect(text).toMatch(/^stack +unknown: What: why$/m);
    expect(data).toMatchObject({ stack: { state: 'unknown' } });
  });

  it('is not asked for while an engine runs', async () => {
    const asked = fakeOperator(
      {
        stack: () => {
          throw new Error('asked');
        },
      },
      () => ({ state: 'answered', status: 200, body: { streams: [] } }),
    );
    expect((await shown(list, asked)).data).toMatchObject({ from: 'engine' });
  });
});

const ENTRIES: readonly LogEntry[] = [5_000, 2_000].map((ageMs) => ({
  id: { seq: NOW_MS - ageMs, ord: 0 },
  fields: { status: 'FILLED', text: '\u001b[2J' },
}));
const reading = (entries = ENTRIES) =>
  fakeStack(stackFacts({ streams: [agedStream('stream.fills', 2_000)] }), {
    log: {
      list: async () => [agedStream('stream.fills', 2_000, 10_017)],
      info: async (name) => (name === 'stream.fills' ? agedStream(name, 2_000) : null),
      tail: async (_, limit) => entries.slice(-limit),
      read: async (_, after, limit) =>
        entries.filter(({ id }) => id.seq > (after?.seq ?? 0)).slice(0, limit),
    },
  });

describe('streams of a Redis without an engine of ours', () => {
  it('are listed with their caps and ages', async () => {
    const { text, data } = await shown(list, withStack(reading()));
    expect(text).toMatch(/^stream\.fills +10 017 +10 000 +10 017 +2\.0 s ago .*CAPPED/m);
    expect(text).toContain('read from the configured Redis; its stack was not started here');
    expect(data).toMatchObject({ from: 'redis' });
  });

  it('are tailed and peeked, without their control characters', async () => {
    const services = withStack(reading());
    const tailed = await shown(tail, services, NAMED);
    expect(tailed.text).toContain(`${NOW_MS - 2_000}-0  status=FILLED text=\\x1b[2J\n`);
    const id = `${NOW_MS - 5_000}-0`;
    const peeked = await shown(peek, services, new ParsedOptions({ name: 'stream.fills', id }));
    expect(peeked.text).toContain('FILLED');
  });

  it('are known by name: a topic is none, and a name nearby is suggested', async () => {
    const missing = tail(
      new ParsedOptions({ name: 'stream.fill' }),
      fakeCommandIo(),
      withStack(reading()),
    );
    await expect(missing).rejects.toMatchObject({ todo: 'cdb streams tail stream.fills' });
  });

  it('have groups whose lag may be unknown, which is not 0', async () => {
    const group = (name: string, part: Partial<StreamGroup>): StreamGroup => ({
      ...{ name, consumers: 1, pending: 3, lag: 12, lastDeliveredId: null },
      ...part,
    });
    const groups = [
      group('a', { lastDeliveredId: { seq: NOW_MS - 60_000, ord: 4 } }),
      group('b', { lag: null, lastDeliveredId: { seq: 0, ord: 0 } }),
      group('c', { lag: 0, lastDeliveredId: { seq: 7, ord: 1 } }),
    ];
    const { log } = await reading().use(async (reader) => reader);
    const stack = fakeStack(stackFacts(), { log, groups: async () => groups });
    const { text, data } = await shown(lag, withStack(stack));
    expect(text).toMatch(
      /^group a of stream\.fills: lag 12, pending 3, consumers 1, delivered up to \d+-4, 60 s ago$/m,
    );
    expect(text).toMatch(/^group b .*lag unknown, .*, nothing delivered yet$/m);
    expect(text).toMatch(/^group c .*lag 0, .*, delivered up to 7-1$/m);
    expect(data).toMatchObject({
      from: 'redis',
      progress: null,
      groups: [{ stream: 'stream.fills', name: 'a', lag: 12 }, { lag: null }, { lag: 0 }],
    });
  });

  it('are followed in Redis through a loss of it, whatever runs here meanwhile', async () => {
    const io = fakeCommandIo();
    let looks = 0;
    let isAway = false;
    const inner = reading();
    const stack: StackPort = {
      where: 'env X',
      use: async (work) => {
        if (isAway) throw fault('CDB-E0801', EXIT.UNREACHABLE);
        return inner.use(work);
      },
    };
    const services = fakeOperator(
      {
        stack: () => stack,
        clock: {
          ...CLOCK,
          sleep: async () => {
            looks += 1;
            isAway = looks === 1;
            if (looks === 4) io.stop('SIGINT');
          },
        },
      },
      () => {
        throw new Error('an engine is another log');
      },
    );
    const options = new ParsedOptions({ name: 'stream.fills', follow: true, count: 1 });
    expect(await tail(options, io, services)).toBe(EXIT.SIGINT);
    expect(io.out.join('').match(/FILLED/g)).toHaveLength(1);
    expect(io.err.join('')).toMatch(
      /^notice: What: why \(.*\); waiting for Redis, Ctrl-C ends this\nnotice: Redis answers again, after 0\.0 s\n$/,
    );
  });
});
