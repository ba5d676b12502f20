import { configError } from '../../config/config-error.js';
import { namedConfigFile } from '../../config/config-files.js';
import { CONFIG_KEYS } from '../../config/keys.js';
import { parseConfig } from '../../config/parse-config.js';
import type { Config } from '../../config/parse-config.js';
import { EXIT } from '../../operator-error.js';
import type { CommandIo } from '../command-io.js';
import { printResult } from '../output/envelope.js';
import type { ParsedOptions } from '../parsed-options.js';
import { plainText } from '../../view/plain-text.js';
import { configRow, valueText } from './config-rows.js';
import type { ConfigRow } from './config-rows.js';

interface Difference {
  readonly key: string;
  readonly a: ConfigRow;
  readonly b: ConfigRow;
}

/** Compares what two files mean, each over the defaults alone. Exit 1 when they differ. */
export function run(options: ParsedOptions, io: CommandIo): number {
  const [a = '', b = ''] = [options.text('a'), options.text('b')];
  const differences = compare(readAlone(io.cwd, a), readAlone(io.cwd, b));
  const rows = differences.map(({ key, a: first, b: second }) => ({
    key,
    a: first.value,
    b: second.value,
    a_origin: first.origin,
    b_origin: second.origin,
  }));
  printResult(io, {
    command: 'config.diff',
    data: { a, b, differences: rows },
    rows,
    text: () =>
      differences.length === 0
        ? `OK: ${plainText(a)} and ${plainText(b)} mean the same\n`
        : differences.map(textLines).join(''),
  });
  return differences.length === 0 ? EXIT.OK : EXIT.FINDING;
}

function readAlone(cwd: string, path: string): Config {
  const parsed = parseConfig({ flags: [], env: {}, files: [namedConfigFile(cwd, path)] });
  if (!parsed.ok) throw configError(parsed.faults);
  return parsed.config;
}

function compare(a: Config, b: Config): readonly Difference[] {
  return CONFIG_KEYS.flatMap(({ key }) => {
    const [first, second] = [configRow(a, key), configRow(b, key)];
    if (first === undefined || second === undefined) return [];
    const same = JSON.stringify(first.value) === JSON.stringify(second.value);
    return same ? [] : [{ key, a: first, b: second }];
  });
}

function textLines({ key, a, b }: Difference): string {
  const line = (sign: string, row: ConfigRow) =>
    `  ${sign} ${valueText(row)}   ${plainText(row.origin)}\n`;
  return `${key}\n${line('-', a)}${line('+', b)}`;
}
