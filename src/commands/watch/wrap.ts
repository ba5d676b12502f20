/**
 * Lines that are longer than `columns` go on in the next, at a blank where there is one. For what
 * must be read in full on a terminal where lines are cut.
 */
export function wrapped(text: string, columns: number): string {
  return text
    .split('\n')
    .map((line) => wrappedLine(line, Math.max(1, columns)))
    .join('\n');
}

function wrappedLine(line: string, columns: number): string {
  const rows: string[] = [];
  let rest = Array.from(line);
  while (rest.length > columns) {
    const blank = rest.slice(0, columns + 1).lastIndexOf(' ');
    const at = blank > 0 ? blank : columns;
    rows.push(rest.slice(0, at).join(''));
    rest = rest.slice(blank > 0 ? at + 1 : at);
  }
  return [...rows, rest.join('')].join('\n');
}
