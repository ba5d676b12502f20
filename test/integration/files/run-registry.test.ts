import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openRunRegistry } from '../../../src/adapters/files/run-registry.js';
import type { RunRecord } from '../../../src/engine/ports/audit-store.js';
import { temporaryDirectory } from './log-on-disk.js';

let directory: ReturnType<typeof temporaryDirectory>;
let path: string;
beforeEach(() => {
  directory = temporaryDirectory();
  path = join(directory.path, 'runs.json');
});
afterEach(() => {
  directory.remove();
});

function run(runId: string, identity: string): RunRecord {
  return {
    runId,
    identity,
    mode: 'paper',
    feed: 'sample',
    seed: 1,
    codeVersion: '1',
    configHash: 'c',
    startedAtMs: 5,
  };
}

describe('run registry', () => {
  it('finds the newest run of an identity, in this process and the next', () => {
    const runs = openRunRegistry(path);
    expect(runs.newest('a')).toBeNull();
    for (const [id, identity] of [
      ['1', 'a'],
      ['2', 'b'],
      ['3', 'a'],
    ] as const) {
      runs.add(run(id, identity));
    }
    runs.update('3', { finished: true, endedAtMs: 9, codeVersion: '2' });
    const again = openRunRegistry(path);
    expect(again.newest('a')).toEqual({
      ...run('3', 'a'),
      codeVersion: '2',
      finished: true,
      endedAtMs: 9,
      seqCommitted: null,
      canaryHeld: null,
    });
    expect(again.list().map(({ runId }) => runId)).toEqual(['1', '2', '3']);
    expect(readdirSync(directory.path)).toEqual(['runs.json']);
  });

  it('adding a run again replaces it', () => {
    const runs = openRunRegistry(path);
    runs.add(run('1', 'a'));
    runs.add(run('1', 'b'));
    expect(runs.list()).toMatchObject([{ identity: 'b', finished: false }]);
  });

  it('forgets the oldest beyond a thousand', () => {
    const many = Array.from({ length: 1_000 }, (_, index) => ({
      ...run(String(index), 'a'),
      finished: true,
      endedAtMs: null,
      seqCommitted: null,
      canaryHeld: null,
    }));
    writeFileSync(path, JSON.stringify({ format: 'cdb.runs/1', runs: many }));
    const runs = openRunRegistry(path);
    runs.add(run('new', 'a'));
    expect(runs.list()).toHaveLength(1_000);
    expect(runs.list()[0]?.runId).toBe('1');
  });

  for (const text of ['', '{', '{"format":"cdb.runs/1","runs":[{}]}', '[]']) {
    it(`does not start anew over ${JSON.stringify(text)}`, () => {
      writeFileSync(path, text);
      expect(() => openRunRegistry(path).newest('a')).toThrow(`Cannot read "${path}"`);
      expect(() => {
        openRunRegistry(path).add(run('1', 'a'));
      }).toThrow(`Cannot read "${path}"`);
    });
  }
});
