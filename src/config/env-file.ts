import { HIDDEN } from './setting.js';
import type { ConfigFault } from './setting.js';

/** One file of `--env-from`. */
export interface EnvFile {
  /** As it is shown to the operator. */
  readonly path: string;
  /** Others than its owner can read it. */
  readonly isExposed: boolean;
  /** In the order of the file; of two with one name the later counts. */
  readonly variables: readonly FileVariable[];
  readonly faults: readonly ConfigFault[];
}

interface FileVariable {
  readonly name: string;
  readonly text: string;
  readonly line: number;
}

const ASSIGNMENT = /^(?:export\s+)?([A-Za-z_]\w*)\s*=\s*(.*)$/;
const DOUBLE_QUOTED = /^"((?:[^"\\]|\\.)*)"\s*(?:#.*)?$/;
const SINGLE_QUOTED = /^'([^']*)'\s*(?:#.*)?$/;
const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' };

/**
 * `NAME=VALUE` lines as other tools read them: comments, `export`, quotes. Nothing is expanded, and
 * a value is one line.
 */
export function parseEnvFile(path: string, text: string, isExposed: boolean): EnvFile {
  const variables: FileVariable[] = [];
  const faults: ConfigFault[] = [];
  for (const [index, line] of text
    .replace(/^\ufeff/, '')
    .split(/\r?\n/)
    .entries()) {
    const found = readLine(line.trim());
    if (found === 'nothing') continue;
    if (typeof found === 'object') {
      variables.push({ ...found, line: index + 1 });
      continue;
    }
    // Whatever stands there may be a part of a secret.
    const origin = { kind: 'file', path, line: index + 1 } as const;
    faults.push({ key: '(line)', given: HIDDEN, required: found, origin });
  }
  return { path, isExposed, variables, faults };
}

/** @returns the variable, `nothing` for a line without one, or what is required of the line */
function readLine(line: string): Omit<FileVariable, 'line'> | string {
  if (line === '' || line.startsWith('#')) return 'nothing';
  const [, name = '', rest = ''] = ASSIGNMENT.exec(line) ?? [];
  if (name === '') return 'NAME=VALUE, or a comment that starts with #';
  if (rest.startsWith('"')) {
    const quoted = DOUBLE_QUOTED.exec(rest)?.[1];
    if (quoted === undefined) return 'a closing quote, and nothing after it but a comment';
    return { name, text: quoted.replace(/\\(.)/g, (_, mark: string) => ESCAPES[mark] ?? mark) };
  }
  if (rest.startsWith("'")) {
    const quoted = SINGLE_QUOTED.exec(rest)?.[1];
    if (quoted === undefined) return 'a closing quote, and nothing after it but a comment';
    return { name, text: quoted };
  }
  return { name, text: rest.replace(/(?:^|\s+)#.*$/, '').trimEnd() };
}
