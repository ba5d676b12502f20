import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { wordsOf } from '../../engine/domain/words-of.js';
import { EXIT, OperatorError } from '../../operator-error.js';
import { errnoOf } from '../../operator-error/errno.js';
import { loadMigrations, migrationsDirectory } from '../../schema/migration-files.js';
import type { CommandIo } from '../command-io.js';
import { printResult } from '../output/envelope.js';
import type { ParsedOptions } from '../parsed-options.js';
import { plainText } from '../../view/plain-text.js';

const NAME = /^[a-z][a-z0-9]*(?:_[a-z0-9]+)*$/;
const NAME_CHARS_MAX = 60;

/** Begins a migration under the next free number. */
export function run(options: ParsedOptions, io: CommandIo): number {
  return begin(options, io, migrationsDirectory());
}

/** @param directory where the migrations of this build are */
export function begin(options: ParsedOptions, io: CommandIo, directory: string): number {
  const name = options.text('name') ?? '';
  if (!NAME.test(name) || name.length > NAME_CHARS_MAX) {
    throw notBegun(
      `"${name}" is no name for a file`,
      'small letters, digits and underscores, for instance add_risk_events',
    );
  }
  const files = loadMigrations(directory);
  const twin = files.find((file) => file.name.slice(5) === name);
  if (twin !== undefined) {
    throw notBegun(`"${twin.name}" has that name`, 'choose one that says what is different');
  }
  const number = String((files.at(-1)?.version ?? 0) + 1).padStart(4, '0');
  const path = join(directory, `${number}_${name}.sql`);
  const isDry = options.flag('dryRun');
  if (!isDry) write(path);
  const down = join(directory, 'down', `${number}_${name}.sql`);
  printResult(io, {
    command: 'migrate.new',
    data: { file: path, reverse: down, dry_run: isDry },
    text: () =>
      `${isDry ? 'would write' : 'written'} ${plainText(path)}\n` +
      `its reverse, where it has one: ${plainText(down)}\n` +
      'next: write it, then cdb migrate plan\n',
  });
  return EXIT.OK;
}

const TEMPLATE = `-- cdb:verify SELECT to_regclass('TABLE') IS NOT NULL
-- What this is for. The mark above is looked at once the file is applied; its one value must be true.
-- CREATE INDEX CONCURRENTLY stands alone in a file whose first line is: cdb:no-transaction

`;

function write(path: string): void {
  try {
    if (existsSync(path)) throw Object.assign(new RangeError('it is there'), { code: 'EEXIST' });
    writeFileSync(path, TEMPLATE, { flag: 'wx' });
  } catch (fault) {
    throw notBegun(
      `${path}: ${errnoOf(fault) || wordsOf(fault)}`,
      'work in a checkout that you may write',
    );
  }
}

function notBegun(why: string, todo: string): OperatorError {
  return new OperatorError({
    code: 'CDB-E0466',
    what: 'Cannot begin a migration',
    why: `${plainText(why)}; nothing was written`,
    todo,
    exit: EXIT.USAGE,
  });
}
