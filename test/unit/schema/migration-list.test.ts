import { expect, test } from 'vitest';
import { migrationList } from '../../../src/schema/migration-list.js';

const file = (version: number, sha256: string) => ({
  version,
  name: `000${version}_n`,
  sql: '',
  sha256,
});
const row = (version: number, sha256: string) => ({
  version,
  name: `000${version}_n`,
  sha256,
  appliedAtMs: 5,
  appliedBy: 'owner',
  state: 'done' as 'done' | 'started',
  durationMs: 7,
  who: null,
  gateId: null,
  catalogBefore: null,
  catalogAfter: null,
});

test('the list says of each migration what the history and the file say together', () => {
  const files = [file(1, 'a'), file(2, 'b'), file(3, 'c')];
  const list = migrationList(files, [row(1, 'a'), row(2, 'other')]);
  expect(list.map(({ name, state, sha256 }) => [name, state, sha256])).toEqual([
    ['0001_n', 'applied', 'a'],
    ['0002_n', 'edited', 'other'],
    ['0003_n', 'pending', 'c'],
  ]);
  expect(list[0]).toMatchObject({ appliedAtMs: 5, appliedBy: 'owner' });
  expect(list[2]).toMatchObject({ appliedAtMs: null, appliedBy: null });
});

test('what a newer build applied is listed behind, and not known', () => {
  const list = migrationList([file(1, 'a')], [row(1, 'a'), row(4, 'd')]);
  expect(list.map(({ name, state }) => [name, state])).toEqual([
    ['0001_n', 'applied'],
    ['0004_n', 'unknown'],
  ]);
});

test('a file that was cut off, one that came late, and the person where one is known', () => {
  const files = [1, 2, 3, 4].map((version) => file(version, 'a'));
  const list = migrationList(files, [
    { ...row(1, 'a'), who: 'ops', gateId: 'g' },
    row(3, 'a'),
    { ...row(4, 'a'), state: 'started' },
  ]);
  expect(list.map(({ state }) => state)).toEqual(['applied', 'late', 'applied', 'interrupted']);
  expect(list[0]).toMatchObject({ appliedBy: 'ops', gateId: 'g', durationMs: 7 });
});
