/** Directives in the order of the file; a name may come more than once. */
export interface UnitLine {
  readonly section: string;
  readonly name: string;
  readonly value: string;
}

/**
 * What systemd.syntax(7) says, as far as our unit needs it: sections, comments, NAME=VALUE.
 * @throws for a line that is none of these
 */
export function readUnit(text: string): readonly UnitLine[] {
  const lines: UnitLine[] = [];
  let section = '';
  for (const line of text.split('\n')) {
    const name = /^\[(\w+)\]$/.exec(line)?.[1];
    if (name !== undefined) section = name;
    if (name !== undefined || /^\s*(?:[#;]|$)/.test(line)) continue;
    const directive = /^([A-Z]\w*)=(.*)$/.exec(line);
    if (directive === null || section === '') throw new Error(`no line of a unit: "${line}"`);
    lines.push({ section, name: directive[1] ?? '', value: (directive[2] ?? '').trim() });
  }
  return lines;
}

/** `90`, `30s`, `10min`, `1h` in seconds; NaN for anything else. */
export function seconds(span: string): number {
  const [, number = '', unit = 's'] = /^(\d+)(s|min|h)?$/.exec(span) ?? [];
  return number === '' ? Number.NaN : Number(number) * { s: 1, min: 60, h: 3_600 }[unit as 's'];
}
