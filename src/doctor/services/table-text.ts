/** Headings of Docker's tables to the names that it gives the same columns in JSON. */
const COLUMNS: Readonly<Record<string, string>> = {
  NAMES: 'Names',
  NAME: 'Name',
  STATUS: 'Status',
  STATE: 'State',
  PORTS: 'Ports',
  NETWORKS: 'Networks',
  'CPU %': 'CPU %',
  'MEM USAGE / LIMIT': 'MEM USAGE / LIMIT',
};

/** Rows of tables whose columns begin where their heading does; a cell may be empty. */
export function tableRows(text: string): readonly Readonly<Record<string, string>>[] {
  let columns: readonly Column[] = [];
  return text.split('\n').flatMap((line) => {
    const heading = columnsOf(line);
    if (heading !== null) {
      columns = heading;
      return [];
    }
    if (columns.length === 0 || line.trim() === '') return [];
    return [Object.fromEntries(columns.map((column) => [column.name, cellOf(line, column)]))];
  });
}

interface Column {
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

/** Null: the line is no heading. */
function columnsOf(line: string): readonly Column[] | null {
  const found = [...line.matchAll(/\S+(?: \S+)*/g)];
  const titles = found.map(([title]) => title);
  if (!titles.some((title) => title === 'NAMES' || title === 'NAME')) return null;
  return found.map((match, index) => ({
    name: COLUMNS[match[0]] ?? match[0],
    start: match.index,
    end: found[index + 1]?.index ?? Infinity,
  }));
}

function cellOf(line: string, { start, end }: Column): string {
  return line.slice(start, end).trim();
}
