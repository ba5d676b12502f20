import { EXIT, OperatorError } from '../../operator-error.js';
import type { MigrationFile } from '../../schema/migration-files.js';

/** By number (`9`, `0009`) or by name. @throws OperatorError (exit 8) */
export function migrationNamed(files: readonly MigrationFile[], text: string): MigrationFile {
  const isNumber = /^\d+$/.test(text);
  const found = files.find(({ version, name }) =>
    isNumber ? version === Number(text) : name === text,
  );
  if (found !== undefined) return found;
  throw new OperatorError({
    code: 'CDB-E0459',
    what: `There is no migration "${text}"`,
    why: `this build has ${files[0]?.name ?? 'none'} to ${files.at(-1)?.name ?? 'none'}`,
    todo: 'cdb migrate status',
    exit: EXIT.NOT_FOUND,
  });
}
