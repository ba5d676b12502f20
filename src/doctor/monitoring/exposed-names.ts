const SAMPLE = /^([a-zA-Z_:][\w:]*)(?:\{|\s)/;
const TYPE = /^#\s*TYPE\s+([a-zA-Z_:][\w:]*)\s+(\w+)/;

/**
 * Names in an answer of /metrics. One that is only declared, because no label value has come up yet,
 * is exported too.
 */
export function exposedNames(text: string): ReadonlySet<string> {
  const names = new Set<string>();
  for (const line of text.split('\n')) {
    const [, declared, type] = TYPE.exec(line) ?? [];
    if (declared !== undefined) {
      for (const suffix of suffixesOf(type)) names.add(`${declared}${suffix}`);
    }
    const [, name] = SAMPLE.exec(line) ?? [];
    if (name !== undefined) names.add(name);
  }
  return names;
}

function suffixesOf(type: string | undefined): readonly string[] {
  if (type === 'histogram') return ['_bucket', '_sum', '_count'];
  return type === 'summary' ? ['', '_sum', '_count'] : [''];
}
