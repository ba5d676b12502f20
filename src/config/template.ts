import { CONFIG_KEYS } from './keys.js';
import type { ConfigKey } from './keys.js';

const HEAD = `# Configuration of cdb. Take the "# " from a line to set it; the values shown are the defaults.
# Flags win over environment variables (CDB_SECTION_KEY), those over this file, this file over
# ~/.config/cdb/config.yaml. Check with: cdb config validate
# URLs with passwords stay out of files: they come from a variable or a file (urlEnv, urlFile).
`;

/** @returns a file with every key, commented out; uncommented it says what the defaults say */
export function configTemplate(): string {
  const keys = CONFIG_KEYS.filter(({ threshold }) => threshold === undefined);
  const sections = new Set(keys.map(({ key }) => sectionOf(key)));
  const blocks = [...sections].map((section) => {
    const inside = keys.filter(({ key }) => sectionOf(key) === section);
    const title = section === '' ? [] : [`# ${section}:`];
    return [...title, ...inside.map((key) => keyLines(key, section === '' ? '' : '  '))].join('\n');
  });
  return `${HEAD}\n${blocks.join('\n\n')}\n${overridesNote()}`;
}

/** A key without a default stays a comment when the other lines are uncommented. */
function keyLines({ key, summary, fallback }: ConfigKey, indent: string): string {
  const name = key.split('.').at(-1) ?? key;
  return fallback === undefined
    ? `# ${indent}# ${name}: (not set)  # ${summary}`
    : `# ${indent}${name}: ${JSON.stringify(fallback)}  # ${summary}`;
}

function overridesNote(): string {
  const example = CONFIG_KEYS.find(({ threshold }) => threshold === 'regime.adxTrend');
  const names = CONFIG_KEYS.flatMap(({ threshold }) => threshold ?? []);
  return [
    '',
    `## Single thresholds go below ${example?.key.replace(/\.regime\..*/, '') ?? ''}, for instance:`,
    '##   thresholds:',
    '##     overrides:',
    '##       regime.adxTrend: 25',
    '## Keys:',
    ...names.map((name) => `##   ${name}`),
    '',
  ].join('\n');
}

function sectionOf(key: string): string {
  return key.includes('.') ? (key.split('.')[0] ?? '') : '';
}
