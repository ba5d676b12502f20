import { nearest } from '../../config/nearest.js';
import { thresholdKeys } from '../../config/threshold-overrides.js';
import { REASON_CODES, reasonText } from '../../engine/domain/reason-codes.js';
import { EXIT, OperatorError } from '../../operator-error.js';
import { ERROR_CATALOGUE } from '../../operator-error/catalogue.js';
import type { CommandIo } from '../command-io.js';
import { printResult } from '../output/envelope.js';
import { plainText } from '../../view/plain-text.js';
import { textTable } from '../tables/text-table.js';

/** Every code that `cdb explain` knows. */
export const CODES: readonly string[] = [...Object.keys(ERROR_CATALOGUE), ...REASON_CODES];

/** Where a limit is set, and what the two sets have there. */
interface Limit {
  readonly key: string;
  readonly default: unknown;
  readonly reference: unknown;
}

/** Codes of errors (CDB-E0421) and of refused decisions (RC_002, RK_ALLOCATION). */
export function explainCode(asked: string, io: CommandIo): number {
  const code = asked.toUpperCase();
  const meaning = new Map<string, string>(Object.entries(ERROR_CATALOGUE)).get(code);
  const reason = reasonText(code);
  if (meaning === undefined && reason === undefined) throw unknownCode(asked);
  const limits = (reason?.limits ?? []).map(limitNamed);
  const data = {
    code,
    meaning: meaning ?? reason?.meaning,
    try: reason?.todo,
    ...(reason === undefined ? {} : { limits }),
  };
  printResult(io, {
    command: 'explain',
    data,
    text: () =>
      [
        `${code}: ${data.meaning ?? ''}\n`,
        reason === undefined ? '' : `try: ${reason.todo}\n`,
        limits.length === 0 ? '' : limitsText(limits),
      ].join(''),
  });
  return EXIT.OK;
}

function limitNamed(name: string): Limit {
  const valueIn = (set: 'default' | 'reference') =>
    thresholdKeys(set).find(({ key }) => key === name)?.value;
  return {
    key: `thresholds.overrides.${name}`,
    default: valueIn('default'),
    reference: valueIn('reference'),
  };
}

function limitsText(limits: readonly Limit[]): string {
  const table = textTable(
    [
      { title: 'judged by' },
      { title: 'default', align: 'right' },
      { title: 'reference', align: 'right' },
    ],
    limits.map((limit) => [limit.key, valueText(limit.default), valueText(limit.reference)]),
  );
  return `${table}in force: cdb config get ${limits[0]?.key ?? ''}\n`;
}

function valueText(value: unknown): string {
  return value === null ? 'off' : JSON.stringify(value);
}

function unknownCode(asked: string): OperatorError {
  const suggestion = nearest(asked, CODES);
  return new OperatorError({
    code: 'CDB-E0005',
    what: `Cannot explain "${plainText(asked)}": no such code`,
    why: 'cdb explain knows the codes of errors (CDB-E0002) and of refused decisions (RC_002), and the ids of signals, decisions, orders and fills',
    todo:
      suggestion === undefined
        ? 'take the code from the first line of the error'
        : `cdb explain ${suggestion}`,
    exit: EXIT.NOT_FOUND,
  });
}
