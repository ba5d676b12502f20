interface IndexDefinition {
  /** Columns and expressions, with what follows each: `seq DESC`. */
  readonly keys: readonly string[];
  readonly where: string | null;
  /** False where keys and filter do not say all: another method, INCLUDE, NULLS NOT DISTINCT. */
  readonly plain: boolean;
}

/** @param definition what pg_get_indexdef prints behind USING */
export function readIndexDefinition(definition: string): IndexDefinition {
  const open = definition.indexOf('(');
  const keys: string[] = [];
  let depth = 0;
  let start = open + 1;
  let end = definition.length;
  for (let at = open; at < definition.length; at += 1) {
    const character = definition[at];
    if (character === '(') depth += 1;
    if (character === ')') depth -= 1;
    const isEnd = depth === 0;
    if (isEnd || (depth === 1 && character === ',')) {
      keys.push(definition.slice(start, at).trim());
      start = at + 1;
    }
    if (isEnd) {
      end = at + 1;
      break;
    }
  }
  const tail = definition.slice(end).trim();
  const where = /^WHERE (.*)$/s.exec(tail)?.[1] ?? null;
  const plain = definition.startsWith('btree (') && (tail === '' || where !== null);
  return { keys, where: plain ? where : null, plain };
}
