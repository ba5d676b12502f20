import type { EngineLaunch } from '../../engine/ports/engine-client.js';

/** A line for a shell that does what was done, to be copied. */
export function commandByHand({ words, cwd, env }: EngineLaunch): string {
  const settings = Object.entries(env).map(([name, value]) => `${name}=${quoted(value)}`);
  return [`cd ${quoted(cwd)} &&`, ...settings, 'cdb', ...words.map(quoted), '--detach'].join(' ');
}

function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
