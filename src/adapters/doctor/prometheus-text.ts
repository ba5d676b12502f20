/** One sample of a scrape: `orders_blocked_total{reason="RC_002"} 14842`. */
export interface ScrapedSeries {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** NaN and the infinities too, where the text says so. */
  readonly value: number;
}

const SERIES_MAX = 20_000;
const LINE = /^([a-zA-Z_:][\w:]*)\s*(?:\{(.*)\})?\s+(\S+)(?:\s+[-\d.]+)?\s*$/;
const LABEL = /([a-zA-Z_]\w*)\s*=\s*"((?:[^"\\]|\\.)*)"/g;
const ESCAPED: Readonly<Record<string, string>> = { n: '\n' };

/**
 * The text form of /metrics. Several services write it by hand, so a line that can't be read is left
 * out and not a fault of the others.
 * @returns null where no line is a sample: it is no scrape
 */
export function readPrometheusText(text: string): readonly ScrapedSeries[] | null {
  const series: ScrapedSeries[] = [];
  for (const line of text.split('\n')) {
    if (line.startsWith('#')) continue;
    const read = readLine(line.trim());
    if (read !== null) series.push(read);
    if (series.length >= SERIES_MAX) break;
  }
  return series.length === 0 ? null : series;
}

function readLine(line: string): ScrapedSeries | null {
  const [, name, labels = '', word = ''] = LINE.exec(line) ?? [];
  const value = readValue(word);
  if (name === undefined || value === null) return null;
  return { name, labels: readLabels(labels), value };
}

function readLabels(text: string): Readonly<Record<string, string>> {
  const found = [...text.matchAll(LABEL)].map(([, name = '', value = '']) => {
    return [name, value.replace(/\\(.)/g, (_, c: string) => ESCAPED[c] ?? c)] as const;
  });
  return Object.fromEntries(found);
}

function readValue(word: string): number | null {
  switch (word) {
    case 'NaN':
    case 'nan':
      return Number.NaN;
    case '+Inf':
    case 'Inf':
      return Number.POSITIVE_INFINITY;
    case '-Inf':
      return Number.NEGATIVE_INFINITY;
    default: {
      const value = Number(word);
      return word === '' || Number.isNaN(value) ? null : value;
    }
  }
}
