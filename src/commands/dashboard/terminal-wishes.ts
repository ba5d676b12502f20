import type { CommandIo } from '../command-io.js';
import type { ParsedOptions } from '../parsed-options.js';

type Env = CommandIo['env'];

/** A locale that was set decides; where none is, terminals of today know UTF-8. */
export function knowsUtf8(env: Env): boolean {
  const locale = env['LC_ALL'] || env['LC_CTYPE'] || env['LANG'] || '';
  return locale === '' || /utf-?8/i.test(locale);
}

/** Somebody listens instead of looking. */
export function wantsSentences(options: ParsedOptions, { env }: Pick<CommandIo, 'env'>): boolean {
  const isOn = (name: string) => /^(1|true|yes)$/i.test(env[name] ?? '');
  return options.flag('screenReader') || isOn('ACCESSIBLE') || isOn('INK_SCREEN_READER');
}
