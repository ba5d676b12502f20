import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { errnoOf } from '../operator-error/errno.js';
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
}

const NAME = /^(\d{4})_[a-z0-9_]+\.sql$/;

/** All migrations of this build in order. @throws OperatorError when one is missing or misnamed */
export function loadMigrations(
  directory: string = join(packageRoot(), 'migrations'),
): readonly MigrationFile[] {
  try {
    const files = readdirSync(directory)
      .filter((name) => name.endsWith('.sql'))
      .sort()
      .map((name) => readMigration(directory, name));
    files.forEach((file, index) => {
      if (file.version !== index + 1) {
        throw migrationsUnreadable(`required number ${index + 1}, found "${file.name}"`);
      }
    });
    if (files.length === 0) throw migrationsUnreadable(`"${directory}" holds none`);
    return files;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') {
      throw migrationsUnreadable(`"${directory}" is missing`, error);
    }
    throw error;
  }
}

function readMigration(directory: string, fileName: string): MigrationFile {
  const version = Number(NAME.exec(fileName)?.[1]);
  if (!Number.isSafeInteger(version)) {
    throw migrationsUnreadable(`required a name such as "0001_name.sql", found "${fileName}"`);
  }
  const sql = readFileSync(join(directory, fileName), 'utf8').replaceAll('\r\n', '\n');
  const sha256 = createHash('sha256').update(sql).digest('hex');
  return { version, name: fileName.replace(/\.sql$/, ''), sql, sha256 };
}
