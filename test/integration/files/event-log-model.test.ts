import { statSync, truncateSync } from 'node:fs';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { EventLog, LogEntry } from '../../../src/engine/ports/event-log.js';
import { openLog, segmentPaths, temporaryDirectory } from './log-on-disk.js';

type Action =
  | {
      readonly kind: 'append';
      readonly sizes: readonly number[];
      readonly lengthMax: number | null;
    }
  | { readonly kind: 'repeat'; readonly count: number }
  | { readonly kind: 'trimBelow'; readonly back: number }
  | { readonly kind: 'reopen' }
  | { readonly kind: 'crash'; readonly lostBytes: number }
  | { readonly kind: 'read'; readonly from: number; readonly limit: number };

const action: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('append' as const),
      sizes: fc.array(fc.nat({ max: 90 }), { minLength: 1, maxLength: 12 }),
      lengthMax: fc.option(fc.integer({ min: 1, max: 40 }), { freq: 2 }),
    }),
  },
  fc.record({ kind: fc.constant('repeat' as const), count: fc.nat({ max: 8 }) }),
  fc.record({ kind: fc.constant('trimBelow' as const), back: fc.nat({ max: 30 }) }),
  fc.record({ kind: fc.constant('reopen' as const) }),
  fc.record({ kind: fc.constant('crash' as const), lostBytes: fc.nat({ max: 60 }) }),
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('read' as const),
      from: fc.nat({ max: 60 }),
      limit: fc.integer({ min: 1, max: 20 }),
    }),
  },
);

/** All that was ever appended; the log holds a suffix of it. */
class Model {
  all: LogEntry[] = [];
  nextSeq = 1;

  make(sizes: readonly number[]): readonly LogEntry[] {
    return sizes.map((size) => {
      // Gaps, so that ids say nothing about counts.
      this.nextSeq += 1 + (size % 3);
      return { id: { seq: this.nextSeq, ord: size % 4 }, fields: { text: 'x'.repeat(size) } };
    });
  }
}

async function agree(log: EventLog, model: Model): Promise<void> {
  const info = await log.info('s');
  const held = await log.read('s', null, 10_000);
  expect(held).toEqual(model.all.slice(model.all.length - held.length));
  expect(info?.length ?? 0).toBe(held.length);
  expect(info?.entriesAdded ?? 0).toBe(model.all.length);
  expect(info?.firstId ?? null).toEqual(held[0]?.id ?? null);
  if (held.length > 0) expect(info?.lastId).toEqual(model.all.at(-1)?.id);
}

async function apply(
  log: EventLog,
  model: Model,
  step: Exclude<Action, { kind: 'reopen' | 'crash' }>,
): Promise<void> {
  const held = await log.read('s', null, 10_000);
  if (step.kind === 'append') {
    const batch = model.make(step.sizes);
    const trim = step.lengthMax === null ? undefined : { lengthMax: step.lengthMax };
    expect(await log.append('s', batch, trim)).toBe(batch.length);
    model.all.push(...batch);
    if (trim !== undefined) {
      const length = (await log.info('s'))?.length ?? 0;
      expect(length).toBeGreaterThanOrEqual(Math.min(trim.lengthMax, held.length + batch.length));
    }
  } else if (step.kind === 'repeat') {
    expect(await log.append('s', model.all.slice(-step.count))).toBe(0);
  } else if (step.kind === 'trimBelow') {
    const minId = model.all.at(-1 - step.back)?.id ?? { seq: 0, ord: 0 };
    const due = held.filter(({ id }) => id.seq >= minId.seq);
    await log.trimBelow('s', minId);
    const left = await log.read('s', null, 10_000);
    expect(left.slice(left.length - due.length)).toEqual(due);
  } else {
    const after = model.all.at(-1 - step.from)?.id ?? null;
    const expected = held.filter(({ id }) => after === null || id.seq > after.seq);
    expect(await log.read('s', after, step.limit)).toEqual(expected.slice(0, step.limit));
    expect(await log.tail('s', step.limit)).toEqual(held.slice(-step.limit));
  }
}

/** Cuts bytes off the newest segment, as a crash does, and forgets what they held. */
function cut(directory: string, model: Model, lostBytes: number): void {
  const paths = segmentPaths(directory, 's');
  const newest = paths.at(-1);
  if (newest === undefined) return;
  const size = statSync(newest).size;
  // Older segments are dropped only once the newest is durable, so its header outlives them.
  const kept = Math.max(paths.length === 1 ? 32 : 0, size - lostBytes);
  truncateSync(newest, kept);
  let end = size;
  while (model.all.length > 0 && end > kept && end > 32) {
    end -= 20 + Buffer.byteLength(JSON.stringify(model.all.at(-1)?.fields));
    model.all.pop();
  }
}

it('the local event log agrees with a plain list through trims, restarts and crashes', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(action, { minLength: 1, maxLength: 30 }), async (steps) => {
      const directory = temporaryDirectory();
      const open = () => openLog(directory.path, { segmentBytesMax: 700 });
      const model = new Model();
      let log = open();
      try {
        for (const step of steps) {
          if (step.kind === 'reopen' || step.kind === 'crash') {
            await log.close();
            if (step.kind === 'crash' && model.all.length > 0) {
              cut(directory.path, model, step.lostBytes);
            }
            log = open();
          } else {
            await apply(log, model, step);
          }
          await agree(log, model);
        }
      } finally {
        await log.close();
        directory.remove();
      }
    }),
    { numRuns: 100 },
  );
});
