import { existsSync } from 'node:fs';
import { configPlaces, readEnvFile } from '../../config/config-files.js';
import { environment } from '../../config/environment.js';
import { EXIT } from '../../operator-error.js';
import { commandConfig } from '../command-config.js';
import type { CommandIo } from '../command-io.js';
import { configLocation } from '../config-location.js';
import { printResult } from '../output/envelope.js';
import type { ParsedOptions } from '../parsed-options.js';
import { plainText } from '../tables/plain-text.js';
import { configRows, valueText } from './config-rows.js';
import type { ConfigRow } from './config-rows.js';

interface LookedAt {
  readonly path: string;
  readonly found: boolean;
}

export function run(options: ParsedOptions, io: CommandIo): number {
  const rows = configRows(commandConfig(options, io));
  const files = lookedAt(options, io);
  const withOrigin = options.flag('origin');
  printResult(io, {
    command: 'config.show',
    data: { files, keys: rows },
    rows,
    text: () =>
      [
        ...rows.map((row) => textLine(row, withOrigin)),
        ...(withOrigin ? files.map(fileLine) : []),
      ].join(''),
  });
  return EXIT.OK;
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

function textLine(row: ConfigRow, withOrigin: boolean): string {
  const key = row.key.padEnd(30);
  return withOrigin
    ? `${key} ${valueText(row).padEnd(20)} ${plainText(row.origin)}\n`
    : `${key} ${valueText(row)}\n`;
}
