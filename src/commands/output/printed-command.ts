import { shellWord } from '../../view/shell-word.js';
import type { ParsedOptions } from '../parsed-options.js';

export { shellWord };

/** The call that a command is printed for. */
export type Place = Pick<ParsedOptions, 'configFlags' | 'text'>;

/** Commands that look into the state directory or at the configuration. */
const PLACED =
  /\bcdb ((?:streams|kill-switch|mode|canary|migrate|contracts|gate|config|audit|soak) [a-z]+|watchdog(?: ack)?|doctor|run|stop|restart|status|logs|fills|blocks|drift)\b(?!(?:(?!\bcdb )[^;\n])*--(?:state-dir|config|env-from)[ =])/g;

/**
 * Commands in a text as they have to be typed to be about the same place as this call: without its
 * flags, `cdb kill-switch engage` would stop another engine than the one it is printed for.
 */
export function atSamePlace(text: string, place: Place): string {
  const stateDir = place.configFlags.find(({ key }) => key === 'stateDir')?.text;
  const flags = [
    ['--state-dir', stateDir],
    ['--config', place.text('config')],
    ['--env-from', place.text('envFile')],
  ].flatMap(([flag = '', value]) => (value === undefined ? [] : [`${flag} ${shellWord(value)}`]));
  if (flags.length === 0) return text;
  return text.replace(PLACED, (command) => [command, ...flags].join(' '));
}
