import { optionNames, type CommandTable } from '../../../src/commands/command-spec.js';

/** @returns the name of the command; a sentence for a line that cdb would not understand */
export function judgeCommand(line: string, { commands, globalOptions }: CommandTable): string {
  const [node, cdb, ...words] = line.split(' ');
  if (node !== 'node' || cdb !== 'bin/cdb.js') return `no call of cdb: ${line}`;
  const flags = words.filter((word) => word.startsWith('-'));
  const spec = commands.find(({ name }) => `${words.join(' ')} `.startsWith(`${name} `));
  if (spec === undefined) return `no such command: ${line}`;
  const known = [...globalOptions, ...(spec.options ?? [])].flatMap(optionNames);
  const unknown = flags.find((flag) => !known.includes(flag));
  return unknown === undefined ? spec.name : `no such flag: ${unknown}`;
}
