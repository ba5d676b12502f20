import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { errnoOf } from '../operator-error/errno.js';
import { readHead } from './migration-head.js';
import { packageRoot } from './package-root.js';
import { migrationsUnreadable } from './schema-errors.js';

export interface MigrationFile {
  /** Counts from 1 without gaps. */
  readonly version: number;
  /** e.g. "0001_runs_and_cursor". */
  readonly name: string;
  readonly sql: string;
  /** SHA-256 of the text with LF line ends, so that a checkout on another system agrees. */
  readonly sha256: string;
  /** Marked `-- cdb:no-transaction`: one statement that PostgreSQL refuses inside a transaction. */
  readonly alone?: boolean;
  /** Marked `-- cdb:verify`: queries of one value that must be true afterwards. */
  readonly verify?: readonly string[];
  /** Of `down/` with the same name; most migrations have none. */
  readonly reverse?: Reverse;
}

export interface Reverse {
  readonly sql: string;
  readonly sha256: string;
}

const NAME = /^(\d{4})_[a-z0-9_]+\.sql$/;

export function migrationsDirectory(): string {
  return join(packageRoot(), 'migrations');
}

/** All migrations of this build in order. @throws OperatorError when one is missing or misnamed */
export function loadMigrations(
  directory: string = migrationsDirectory(),
): readonly MigrationFile[] {
  try {
    const files = sqlFiles(directory)
      .map((name) => readMigration(directory, name))
      .sort((a, b) => a.version - b.version);
    files.forEach((file, index) => {
      refuseGap(file, files[index - 1]);
    });
    if (files.length === 0) throw migrationsUnreadable(`"${directory}" holds none`);
    refuseOrphans(directory, files);
    return files;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') {
      throw migrationsUnreadable(`"${directory}" is missing`, error);
    }
    throw error;
  }
}

function sqlFiles(directory: string): readonly string[] {
  return readdirSync(directory).filter((name) => name.endsWith('.sql'));
}

function refuseGap({ version, name }: MigrationFile, before: MigrationFile | undefined): void {
  if (version === before?.version) {
    throw migrationsUnreadable(
      `"${before.name}" and "${name}" have the same number; one needs the next free one`,
    );
  }
  const needed = (before?.version ?? 0) + 1;
  if (version !== needed) {
    throw migrationsUnreadable(`required number ${needed}, found "${name}"`);
  }
}

function refuseOrphans(directory: string, files: readonly MigrationFile[]): void {
  const down = join(directory, 'down');
  if (!existsSync(down)) return;
  const names = sqlFiles(down).map((name) => name.replace(/\.sql$/, ''));
  const orphan = names.find((name) => !files.some((file) => file.name === name));
  if (orphan !== undefined) {
    throw migrationsUnreadable(`"down/${orphan}.sql" takes back a migration that is not there`);
  }
}

function readMigration(directory: string, fileName: string): MigrationFile {
  const version = Number(NAME.exec(fileName)?.[1]);
  if (!Number.isSafeInteger(version)) {
    throw migrationsUnreadable(`required a name such as "0001_name.sql", found "${fileName}"`);
  }
  const { sql, sha256 } = readSql(join(directory, fileName));
  const read = readHead(sql);
  if (!read.ok) throw migrationsUnreadable(`"${fileName}", ${read.why}`);
  const name = fileName.replace(/\.sql$/, '');
  const down = join(directory, 'down', fileName);
  const reverse = existsSync(down) ? { reverse: readSql(down) } : {};
  return { version, name, sql, sha256, ...read.head, ...reverse };
}

function readSql(path: string): Reverse {
  const sql = readFileSync(path, 'utf8').replaceAll('\r\n', '\n');
  return { sql, sha256: createHash('sha256').update(sql).digest('hex') };
}
