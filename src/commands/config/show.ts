import { maskSecrets } from '../../config/mask.js';
import type { Config } from '../../config/parse-config.js';
import { originText } from '../../config/setting.js';
import type { EffectiveValue } from '../../config/setting.js';
import { EXIT } from '../../operator-error.js';
import { commandConfig } from '../command-config.js';
import type { CommandIo } from '../command-io.js';
import { printResult } from '../output/envelope.js';
import type { ParsedOptions } from '../parsed-options.js';

export function run(options: ParsedOptions, io: CommandIo): number {
  const config = commandConfig(options, io);
  const rows = [...config.effective, ...secretRows(config)].map(({ key, value, origin }) => ({
    key,
    value: typeof value === 'string' ? maskSecrets(value) : value,
    origin: originText(origin),
  }));
  printResult(io, {
    command: 'config.show',
    data: rows,
    rows,
    text: () => rows.map((row) => textLine(row, options.flag('origin'))).join(''),
  });
  return EXIT.OK;
}

function secretRows({ databaseUrl, redisUrl, postgres, redis }: Config): readonly EffectiveValue[] {
  const row = (key: string, value: string | undefined, name: string): readonly EffectiveValue[] =>
    value === undefined ? [] : [{ key, value, origin: { kind: 'env', name } }];
  return [
    ...row('postgres.url', databaseUrl, postgres.urlEnv),
    ...row('redis.url', redisUrl, redis.urlEnv),
  ];
}

function textLine(
  {
    key,
    value,
    origin,
  }: { readonly key: string; readonly value: unknown; readonly origin: string },
  withOrigin: boolean,
): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return withOrigin
    ? `${key.padEnd(30)} ${text.padEnd(20)} ${origin}\n`
    : `${key.padEnd(30)} ${text}\n`;
}
