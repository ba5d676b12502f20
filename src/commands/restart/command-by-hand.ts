import type { EngineLaunch } from '../../engine/ports/engine-client.js';
import { shellWord } from '../output/printed-command.js';

/** A line for a shell that does what was done, to be copied. */
export function commandByHand({ words, cwd, env }: EngineLaunch): string {
  const settings = Object.entries(env).map(([name, value]) => `${name}=${shellWord(value)}`);
  return [`cd ${shellWord(cwd)} &&`, ...settings, 'cdb', ...words.map(shellWord), '--detach'].join(
    ' ',
  );
}
