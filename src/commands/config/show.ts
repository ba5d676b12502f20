import { maskSecrets } from '../../config/mask.js';
import type { Config } from '../../config/parse-config.js';
import { originText } from '../../config/setting.js';
import type { EffectiveValue } from '../../config/setting.js';
import { EXIT } from '../../operator-error.js';
import { commandConfig } from '../command-config.js';
import type { CommandIo } from '../command-io.js';
import { printRows } from '../output/envelope.js';
import { chooseFields, type RowFields } from '../output/row-fields.js';
import type { ParsedOptions } from '../parsed-options.js';

interface SettingJson {
  readonly key: string;
  readonly value: unknown;
  readonly origin: string;
}

export function run(options: ParsedOptions, io: CommandIo): number {
  const table = settingFields(options.flag('origin'));
  const fields = chooseFields('config show', table, options.list('fields'));
  const config = commandConfig(options, io);
  const rows = [...config.effective, ...secretRows(config)].map(({ key, value, origin }) => ({
    key,
    value: typeof value === 'string' ? maskSecrets(value) : value,
    origin: originText(origin),
  }));
  printRows(io, {
    command: 'config.show',
    rows,
    fields,
    data: (settings) => settings,
    text: (lines) => lines,
    hasTitles: false,
  });
  return EXIT.OK;
}

const VALUE_WIDTH_MAX = 1_000;

function settingFields(withOrigin: boolean): RowFields<SettingJson> {
  return {
    key: { text: ({ key }) => key },
    value: {
      widthMax: VALUE_WIDTH_MAX,
      text: ({ value }) => (typeof value === 'string' ? value : JSON.stringify(value)),
    },
    origin: {
      ...(withOrigin ? {} : { hidden: true as const }),
      widthMax: VALUE_WIDTH_MAX,
      text: ({ origin }) => origin,
    },
  };
}

function secretRows({ databaseUrl, redisUrl, postgres, redis }: Config): readonly EffectiveValue[] {
  const row = (key: string, value: string | undefined, name: string): readonly EffectiveValue[] =>
    value === undefined ? [] : [{ key, value, origin: { kind: 'env', name } }];
  return [
    ...row('postgres.url', databaseUrl, postgres.urlEnv),
    ...row('redis.url', redisUrl, redis.urlEnv),
  ];
}
