/** `DISK_UNAVAILABLE`, `MEMORY_UNKNOWN`: a word for a figure that could not be measured. */
const TOKEN = /\b([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*)_(?:UNAVAILABLE|UNKNOWN)\b/g;

export interface UnknownInText {
  readonly token: string;
  /** From 1, within the text; of the newest line with it. */
  readonly line: number;
  readonly count: number;
}

/**
 * Figures that the newest lines of a record call unknown. One that a later line gives as a number
 * (`Disk: 71 %`) is known again.
 */
export function unknownInText(text: string): readonly UnknownInText[] {
  const found = new Map<string, UnknownInText>();
  text.split('\n').forEach((line, at) => {
    const tokens = [...line.matchAll(TOKEN)];
    for (const [token] of tokens) {
      found.set(token, { token, line: at + 1, count: (found.get(token)?.count ?? 0) + 1 });
    }
    if (tokens.length > 0) return;
    for (const token of found.keys()) if (givesNumber(line, token)) found.delete(token);
  });
  return [...found.values()];
}

function givesNumber(line: string, token: string): boolean {
  const [what = ''] = token.toLowerCase().split('_');
  return new RegExp(`\\b${what}\\b[^\\n]*?\\d+(?:[.,]\\d+)?\\s*(?:%|[KMGT]i?B|GB|MB)`, 'i').test(
    line,
  );
}
