import { realpathSync, statSync } from 'node:fs';
import { wordsOf } from '../../engine/domain/words-of.js';
import { configError } from '../../config/config-error.js';
import { configPlaces, readConfigFile, readEnvFile } from '../../config/config-files.js';
import type { ConfigPlace } from '../../config/config-files.js';
import { withSetting } from '../../config/edit-file.js';
import { environment } from '../../config/environment.js';
import { fileSettings } from '../../config/file-settings.js';
import { CONFIG_KEYS } from '../../config/keys.js';
import type { ConfigKey } from '../../config/keys.js';
import { isSecret, NO_SECRET } from '../../config/secrets.js';
import { HIDDEN } from '../../config/setting.js';
import type { ConfigFault } from '../../config/setting.js';
import { EXIT, OperatorError } from '../../operator-error.js';
import type { CommandIo } from '../command-io.js';
import { configLocation } from '../config-location.js';
import { printResult } from '../output/envelope.js';
import type { ParsedOptions } from '../parsed-options.js';
import type { Services } from '../services.js';
import { plainText } from '../../view/plain-text.js';
import { noSuchKey } from './unknown-key.js';

const NEW_FILE_MODE = 0o644;

/** Validates first, then replaces the file as a whole. */
export async function run(
  options: ParsedOptions,
  io: CommandIo,
  { replaceFile }: Pick<Services, 'replaceFile'>,
): Promise<number> {
  const name = options.text('key') ?? '';
  const text = options.text('value') ?? '';
  const key = CONFIG_KEYS.find((known) => known.key === name);
  if (key === undefined) throw noSuchKey(name, 'set');
  const value = readValue(key, text);
  const place = projectFile(options, io);
  const before = readConfigFile({ ...place, isNamed: false });
  const file = { path: place.path, text: before ?? '' };
  const { settings, faults } = fileSettings(file);
  if (faults.length > 0) throw configError(faults);
  const after = withSetting(file, key, value);
  if (after === null) throw notEdited(place.path, name);
  const dryRun = options.flag('dryRun');
  if (!dryRun) await write(place, after, replaceFile);
  const old = settings.find((one) => one.key === name);
  const previous = old === undefined || isSecret(old) ? null : old.raw;
  const winner = winningSource(key, options, io);
  printResult(io, {
    command: 'config.set',
    data: { path: place.path, key: name, value, previous, written: !dryRun, overridden_by: winner },
    text: () =>
      [
        `${dryRun ? 'would write' : 'wrote'} ${plainText(place.path)}: ${name} is `,
        `${shown(value)}${previous === null ? '' : `, was ${shown(previous)}`}\n`,
        winner === null ? '' : `not in force: ${winner} wins over the file\n`,
      ].join(''),
  });
  return EXIT.OK;
}

/** @throws OperatorError (exit 3) that never shows what looks like a secret */
function readValue(key: ConfigKey, text: string): unknown {
  const origin = { kind: 'flag', flag: 'cdb config set' } as const;
  const fault = (given: unknown, required: string): ConfigFault => ({
    key: key.key,
    given,
    required,
    origin,
  });
  if (isSecret({ key: key.key, raw: text })) throw configError([fault(HIDDEN, NO_SECRET)]);
  const result = key.read(text);
  if (!result.ok) throw configError([fault(text, result.required)]);
  return result.value;
}

function projectFile(options: ParsedOptions, io: CommandIo): ConfigPlace {
  const location = configLocation(options, io);
  return configPlaces(location, environment(location.env, readEnvFile(location)))[0];
}

async function write(
  { path, absolutePath }: ConfigPlace,
  text: string,
  replaceFile: Services['replaceFile'],
): Promise<void> {
  try {
    const found = statSync(absolutePath, { throwIfNoEntry: false });
    // A link stays one: the file that it leads to is replaced.
    const target = found === undefined ? absolutePath : realpathSync(absolutePath);
    await replaceFile(target, text, found === undefined ? NEW_FILE_MODE : found.mode & 0o777);
  } catch (fault) {
    throw new OperatorError({
      code: 'CDB-E0104',
      what: `Cannot write "${plainText(path)}"`,
      why: wordsOf(fault),
      todo: 'name a file in a writable directory with --config FILE',
      exit: EXIT.CONFIG,
      cause: fault,
    });
  }
}

/** Flags do not last; a variable does, and would hide what was just written. */
function winningSource(key: ConfigKey, options: ParsedOptions, io: CommandIo): string | null {
  const location = configLocation(options, io);
  return environment(location.env, readEnvFile(location)).has(key.env) ? key.env : null;
}

function notEdited(path: string, key: string): OperatorError {
  return new OperatorError({
    code: 'CDB-E0104',
    what: `Cannot set ${key} in "${plainText(path)}" without changing something else there`,
    why: 'the file uses an alias, or has a comment in a place that would be lost',
    todo: `edit ${plainText(path)} by hand, then cdb config validate`,
    exit: EXIT.CONFIG,
  });
}

function shown(value: unknown): string {
  return typeof value === 'string' ? plainText(value) : JSON.stringify(value);
}
