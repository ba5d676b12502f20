/** The SQL of a panel with its macros and variables replaced, so that a parser can read it. */
export interface PanelQuery {
  readonly sql: string;
  /** A variable stood for a name or a part of the statement, so that it says little now. */
  readonly isTemplated: boolean;
}

const MACROS: readonly (readonly [RegExp, string])[] = [
  [/\$__timeFilter\(([^()]*)\)/g, '($1) BETWEEN now() AND now()'],
  [/\$__unixEpochFilter\(([^()]*)\)/g, '($1) BETWEEN 0 AND 1'],
  [/\$__(?:timeGroupAlias)\(([^(),]*)(?:,[^()]*)?\)/g, 'date_trunc(\'minute\', $1) AS "time"'],
  [/\$__(?:timeGroup)\(([^(),]*)(?:,[^()]*)?\)/g, "date_trunc('minute', $1)"],
  [/\$__unixEpochGroupAlias\(([^(),]*)(?:,[^()]*)?\)/g, '($1) AS "time"'],
  [/\$__unixEpochGroup\(([^(),]*)(?:,[^()]*)?\)/g, '($1)'],
  [/\$__time\(([^()]*)\)/g, '$1 AS "time"'],
  [/\$__timeEpoch\(([^()]*)\)/g, 'extract(epoch FROM $1) AS "time"'],
  [/'?\$__timeFrom\(\)'?|'?\$__timeTo\(\)'?/g, 'now()'],
  [/'?\$\{__(?:from|to):date[^}]*\}'?/g, 'now()'],
  [/\$__unixEpoch(?:From|To)\(\)|\$\{?__(?:from|to)\}?/g, '0'],
  [/'\$\{?__(?:rate_)?interval\}?'/g, "'1 minute'"],
  [/\$\{?__(?:rate_)?interval(?:_ms)?\}?/g, '60'],
];

const VARIABLE = /\$\{\w+(?:[:.][^}]*)?\}|\$[A-Za-z_]\w*|\[\[\w+(?::\w+)?\]\]/g;
const QUOTED = new RegExp(`'[^'\\n]*?(?:${VARIABLE.source})[^'\\n]*'`, 'g');
/** Behind these a variable is a value. */
const VALUE_IN_FRONT = /(?:=|<|>|\bin\s*\(\s*|\bin|\bbetween|\band|\blike|\blimit|,)\s*$/i;

export function panelQuery(rawSql: string): PanelQuery {
  const known = MACROS.reduce((text, [macro, sql]) => text.replace(macro, sql), rawSql);
  let isTemplated = false;
  const sql = known
    .replace(QUOTED, "'x'")
    .replace(VARIABLE, (_: string, at: number, text: string) => {
      if (!VALUE_IN_FRONT.test(text.slice(0, at))) isTemplated = true;
      return 'NULL';
    })
    .replace(/;\s*$/, '');
  return { sql, isTemplated };
}
