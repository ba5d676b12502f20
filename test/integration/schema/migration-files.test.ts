import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AUDIT_TABLES } from '../../../src/engine/domain/audit-tables.js';
import { loadMigrations } from '../../../src/schema/migration-files.js';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'cdb-migrations-'));
});
afterEach(() => {
  rmSync(directory, { recursive: true, force: true });
});

function write(...names: readonly string[]): void {
  for (const name of names) writeFileSync(join(directory, name), 'SELECT 1;\n');
}

describe('loadMigrations', () => {
  it('finds those of this build, and they make every audited table', () => {
    const all = loadMigrations()
      .map(({ sql }) => sql)
      .join('\n');
    for (const table of AUDIT_TABLES) expect(all).toContain(`CREATE TABLE ${table} (`);
  });

  it('orders by number and passes over other files', () => {
    write('0002_b.sql', '0001_a.sql', 'README.md');
    expect(loadMigrations(directory).map(({ version, name }) => [version, name])).toEqual([
      [1, '0001_a'],
      [2, '0002_b'],
    ]);
  });

  it('gives one checksum whatever the line ends', () => {
    writeFileSync(join(directory, '0001_a.sql'), 'SELECT 1;\nSELECT 2;\n');
    const [lf] = loadMigrations(directory);
    writeFileSync(join(directory, '0001_a.sql'), 'SELECT 1;\r\nSELECT 2;\r\n');
    expect(loadMigrations(directory)[0]?.sha256).toBe(lf?.sha256);
    writeFileSync(join(directory, '0001_a.sql'), 'SELECT 1;\nSELECT 3;\n');
    expect(loadMigrations(directory)[0]?.sha256).not.toBe(lf?.sha256);
  });

  it.each([
    [['0001_a.sql', '0003_c.sql'], 'required number 2, found "0003_c"'],
    [['0001_a.sql', '0001_b.sql'], '"0001_a" and "0001_b" have the same number'],
    [['0001_a.sql', 'late.sql'], 'found "late.sql"'],
    [[], 'holds none'],
  ])('refuses %j', (names, words) => {
    write(...names);
    expect(() => loadMigrations(directory)).toThrow(
      expect.objectContaining({
        code: 'CDB-E0410',
        why: expect.stringContaining(words) as unknown,
      }) as Error,
    );
  });

  it.each([
    ['-- cdb:no-transaction\nSELECT 1;\n', { alone: true, verify: [] }],
    [
      '-- words\n\n-- cdb:verify SELECT true;\n-- cdb:verify SELECT 1 = 1\nSELECT 1;\n',
      { alone: false, verify: ['SELECT true', 'SELECT 1 = 1'] },
    ],
    ['SELECT 1;\n', { alone: false, verify: [] }],
  ])('reads the marks of %j', (sql, marks) => {
    writeFileSync(join(directory, '0001_a.sql'), sql);
    expect(loadMigrations(directory)[0]).toMatchObject(marks);
  });

  it.each([
    ['-- cdb:no-transactions\nSELECT 1;\n', 'line 1: "cdb:no-transactions" is no mark'],
    ['-- cdb:verify\nSELECT 1;\n', 'line 1: "cdb:verify" is no mark'],
    ['SELECT 1;\n-- cdb:no-transaction\n', 'line 2: "cdb:no-transaction" stands below the head'],
  ])('refuses the marks of %j', (sql, words) => {
    writeFileSync(join(directory, '0001_a.sql'), sql);
    expect(() => loadMigrations(directory)).toThrow(
      expect.objectContaining({ why: expect.stringContaining(words) as unknown }) as Error,
    );
  });

  it('takes the reverse from down/, and refuses one that takes nothing back', () => {
    write('0001_a.sql', '0002_b.sql');
    mkdirSync(join(directory, 'down'));
    writeFileSync(join(directory, 'down', '0002_b.sql'), 'DROP TABLE b;\n');
    const [first, second] = loadMigrations(directory);
    expect(first?.reverse).toBeUndefined();
    expect(second?.reverse).toMatchObject({ sql: 'DROP TABLE b;\n' });
    writeFileSync(join(directory, 'down', '0002_c.sql'), 'DROP TABLE b;\n');
    expect(() => loadMigrations(directory)).toThrow('Cannot read the migrations');
  });

  it('says that the directory is missing', () => {
    expect(() => loadMigrations(join(directory, 'none'))).toThrow(
      expect.objectContaining({ code: 'CDB-E0410' }) as Error,
    );
  });
});
