/** One word for a shell: quoted where it has to be. */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

/** What somebody would type for this. */
export function commandLine(argv: readonly string[]): string {
  return ['cdb', ...argv.map(shellWord)].join(' ');
}
