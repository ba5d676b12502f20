import { existsSync } from 'node:fs';
import { configPlaces, readEnvFile } from '../../config/config-files.js';
import { environment } from '../../config/environment.js';
import { EXIT } from '../../operator-error.js';
import { commandConfig } from '../command-config.js';
import type { CommandIo } from '../command-io.js';
import { configLocation } from '../config-location.js';
import { printRows } from '../output/envelope.js';
import { chooseFields, type RowFields } from '../output/row-fields.js';
import type { ParsedOptions } from '../parsed-options.js';
import { plainText } from '../../view/plain-text.js';
import { configRows, valueText } from './config-rows.js';
import type { ConfigRow } from './config-rows.js';

interface LookedAt {
  readonly path: string;
  readonly found: boolean;
}

const VALUE_WIDTH_MAX = 1_000;

export function run(options: ParsedOptions, io: CommandIo): number {
  const withOrigin = options.flag('origin');
  const fields = chooseFields('config show', rowFields(withOrigin), options.list('fields'));
  const rows = configRows(commandConfig(options, io));
  const files = lookedAt(options, io);
  printRows(io, {
    command: 'config.show',
    rows,
    fields,
    data: (keys) => ({ files, keys }),
    text: (lines) => lines + (withOrigin ? files.map(fileLine).join('') : ''),
    hasTitles: false,
  });
  return EXIT.OK;
}

function rowFields(withOrigin: boolean): RowFields<ConfigRow> {
  return {
    key: { text: ({ key }) => key },
    value: { widthMax: VALUE_WIDTH_MAX, text: valueText },
    origin: {
      ...(withOrigin ? {} : { hidden: true as const }),
      widthMax: VALUE_WIDTH_MAX,
      text: ({ origin }) => origin,
    },
  };
}

/** The one that wins first. */
function lookedAt(options: ParsedOptions, io: CommandIo): readonly LookedAt[] {
  const location = configLocation(options, io);
  const { envFile } = location;
  const variables = environment(location.env, readEnvFile(location));
  const places = configPlaces(location, variables).map(({ path, absolutePath }) => ({
    path,
    found: existsSync(absolutePath),
  }));
  return [...(envFile === undefined ? [] : [{ path: envFile, found: true }]), ...places];
}

function fileLine({ path, found }: LookedAt): string {
  return `${found ? 'read' : 'not there'}: ${plainText(path)}\n`;
}
