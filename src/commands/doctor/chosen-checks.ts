import type { Check } from '../../doctor/check.js';
import { EXIT, OperatorError } from '../../operator-error.js';
import { nearest } from '../../config/nearest.js';
import type { ParsedOptions } from '../parsed-options.js';

export interface ChosenChecks {
  /** What was asked for. */
  readonly chosen: readonly Check[];
  /** With those whose failure would explain one of them. */
  readonly examined: readonly Check[];
}

/**
 * `--only` and `--skip` take ids, or a beginning with a star (`postgres.*`).
 * @throws OperatorError (exit 8) for a name that no check has
 */
export function chosenChecks(all: readonly Check[], options: ParsedOptions): ChosenChecks {
  const only = options.list('only');
  const skip = options.list('skip');
  const group = options.text('group');
  for (const pattern of [...only, ...skip]) {
    if (!all.some(({ id }) => matches(id, pattern))) throw noSuchCheck(pattern, all);
  }
  const chosen = all.filter(
    (check) =>
      (only.length === 0 || only.some((pattern) => matches(check.id, pattern))) &&
      (group === undefined || check.group === group) &&
      !skip.some((pattern) => matches(check.id, pattern)),
  );
  return { chosen, examined: withCauses(chosen, all) };
}

function withCauses(chosen: readonly Check[], all: readonly Check[]): readonly Check[] {
  const ids = new Set<string>();
  const add = ({ id, after }: Check): void => {
    if (ids.has(id)) return;
    ids.add(id);
    for (const cause of all) if (after?.includes(cause.id) === true) add(cause);
  };
  chosen.forEach(add);
  return all.filter(({ id }) => ids.has(id));
}

function matches(id: string, pattern: string): boolean {
  return pattern.endsWith('*') ? id.startsWith(pattern.slice(0, -1)) : id === pattern;
}

function noSuchCheck(pattern: string, all: readonly Check[]): OperatorError {
  const near = nearest(
    pattern,
    all.map(({ id }) => id),
  );
  return new OperatorError({
    code: 'CDB-E0730',
    what: `No check is called "${pattern}"`,
    why: near === undefined ? 'nothing is like it' : `the nearest is ${near}`,
    todo: 'cdb doctor --list',
    exit: EXIT.NOT_FOUND,
  });
}
