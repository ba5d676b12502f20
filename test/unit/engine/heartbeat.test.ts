import { describe, expect, test } from 'vitest';
import {
  decodeHeartbeat,
  encodeHeartbeat,
  HEARTBEAT_BYTES,
  type Heartbeat,
} from '../../../src/engine/domain/heartbeat.js';
import { EngineHeartbeat } from '../../../src/engine/heartbeat.js';
import type { Pulse } from '../../../src/engine/life-signs.js';
import { ManualClock } from '../../fakes/engine/manual-clock.js';
import { quiet, until } from '../../fakes/engine/until.js';

const WHO = { pid: 7, startTime: '123', bootId: 'boot', startedAtMs: 5, runId: 'run' };
const HEARTBEAT: Heartbeat = {
  ...WHO,
  phase: 'running',
  turns: 9,
  beat: 3,
  atMs: 1_700_000_000_000,
};

describe('the record', () => {
  test('is as long as every other, and is read back', () => {
    const text = encodeHeartbeat(HEARTBEAT);
    expect(Buffer.byteLength(text)).toBe(HEARTBEAT_BYTES);
    expect(decodeHeartbeat(text)).toMatchObject({ state: 'present', heartbeat: HEARTBEAT });
  });

  test('half of one over another is not taken for one', () => {
    const [old, next] = [encodeHeartbeat(HEARTBEAT), encodeHeartbeat({ ...HEARTBEAT, beat: 4 })];
    for (let cut = 12; cut < 150; cut += 1) {
      const read = decodeHeartbeat(next.slice(0, cut) + old.slice(cut));
      if (read.state === 'present') expect(read.heartbeat.beat).toBe(4);
    }
    expect(decodeHeartbeat(next.slice(0, 12) + old.slice(12)).state).toBe('unreadable');
  });

  test.each([
    '',
    '{}',
    'null',
    '[1]',
    '{"beat":1,"end":1}',
    encodeHeartbeat(HEARTBEAT).slice(0, 90),
  ])('is refused: %j', (text) => {
    expect(decodeHeartbeat(text).state).toBe('unreadable');
  });
});

describe('the heartbeat of an engine', () => {
  function begin() {
    const clock = new ManualClock();
    const written: Heartbeat[] = [];
    const troubles: string[] = [];
    const engine: { -readonly [K in keyof Pulse]: Pulse[K] } = { phase: 'running', turns: 1 };
    const place = {
      hangs: false,
      fault: null as Error | null,
      write: async (heartbeat: Heartbeat) => {
        if (place.fault !== null) throw place.fault;
        if (place.hangs) await new Promise(() => undefined);
        written.push(heartbeat);
      },
    };
    const heartbeat = new EngineHeartbeat({
      place,
      clock,
      pulse: () => engine,
      who: WHO,
      onTrouble: (text) => troubles.push(text),
    });
    const pass = async (ms: number): Promise<void> => {
      await until(() => clock.sleeping > 0, 'it sleeps');
      clock.advance(ms);
      await quiet();
    };
    return { heartbeat, written, troubles, engine, place, pass, clock };
  }

  test('beats four times a second while the loop turns, and not while it stands', async () => {
    const { heartbeat, written, engine, pass } = begin();
    heartbeat.begin();
    for (let n = 0; n < 4; n += 1) {
      engine.turns += 1;
      await pass(250);
    }
    expect(written.map(({ beat }) => beat)).toEqual([1, 2, 3, 4, 5]);
    for (let n = 0; n < 8; n += 1) await pass(250);
    expect(written).toHaveLength(5);
    engine.turns += 1;
    await pass(250);
    expect(written).toHaveLength(6);
  });

  test('beats through a drain, which waits for stores', async () => {
    const { heartbeat, written, engine, pass } = begin();
    heartbeat.begin();
    await quiet();
    engine.phase = 'draining';
    await pass(250);
    await pass(250);
    expect(written.map(({ phase }) => phase)).toEqual(['running', 'draining', 'draining']);
  });

  test('says goodbye only after a clean end', async () => {
    for (const isClean of [true, false]) {
      const { heartbeat, written } = begin();
      heartbeat.begin();
      await quiet();
      await heartbeat.end(isClean);
      expect(written.at(-1)?.phase).toBe(isClean ? 'stopped' : 'running');
    }
  });

  test('says nothing at all when it never ran', async () => {
    const { heartbeat, written } = begin();
    await heartbeat.end(true);
    expect(written).toEqual([]);
  });

  test('a disk that hangs does not keep the engine from ending', async () => {
    const { heartbeat, written, place, clock } = begin();
    place.hangs = true;
    heartbeat.begin();
    await quiet();
    const ended = heartbeat.end(true);
    await until(() => clock.sleeping > 0, 'it waits');
    clock.advance(2_000);
    await ended;
    expect(written).toEqual([]);
  });

  test('what keeps it from being written is told once', async () => {
    const { heartbeat, troubles, place, engine, pass } = begin();
    place.fault = new Error('EROFS');
    heartbeat.begin();
    for (let n = 0; n < 3; n += 1) {
      engine.turns += 1;
      await pass(250);
    }
    expect(troubles).toEqual([expect.stringContaining('EROFS')]);
  });
});
