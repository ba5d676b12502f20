import { isRecord } from '../../schema/sql/parse-sql.js';

export interface Difference {
  /** `required_status_checks.strict`. */
  readonly path: string;
  readonly expected: string;
  readonly live: string;
}

/**
 * Where two protections differ. Both may have the form that the API is given or that it answers with;
 * the order of a list says nothing. A setting that is off is the same as one that is not there.
 */
export function protectionDifferences(expected: unknown, live: unknown): readonly Difference[] {
  const [wanted, found] = [leavesOf(expected), leavesOf(live)];
  const paths = [...new Set([...wanted.keys(), ...found.keys()])].sort();
  return paths.flatMap((path) => {
    const [one = OFF, other = OFF] = [wanted.get(path), found.get(path)];
    return one === other ? [] : [{ path, expected: one, live: other }];
  });
}

/** Names of the checks without which nothing is merged; null where the settings name no such checks. */
export function requiredContexts(protection: unknown): readonly string[] | null {
  const status = isRecord(protection) ? protection['required_status_checks'] : undefined;
  if (!isRecord(status)) return null;
  const { contexts, checks } = status;
  const named = listOf(contexts).filter((name) => typeof name === 'string');
  const checked = listOf(checks).flatMap((one) =>
    isRecord(one) && typeof one['context'] === 'string' ? [one['context']] : [],
  );
  return [...new Set([...named, ...checked])].sort();
}

const OFF = 'off';
const META = /^(?:url|.*_url)$/;

function leavesOf(protection: unknown): ReadonlyMap<string, string> {
  const leaves = new Map<string, string>();
  const walk = (node: unknown, path: string): void => {
    const plain = isRecord(node) && 'enabled' in node ? node['enabled'] : node;
    if (!isRecord(plain)) {
      const text = Array.isArray(plain) ? sortedText(plain) : textOf(plain);
      if (text !== OFF) leaves.set(path, text);
      return;
    }
    for (const [key, value] of Object.entries(plain)) {
      if (META.test(key) || key === 'contexts' || key === 'checks') continue;
      walk(value, path === '' ? key : `${path}.${key}`);
    }
  };
  walk(protection, '');
  // Both forms of the list, of which an answer has both and a file one.
  const contexts = requiredContexts(protection);
  if (contexts !== null) leaves.set('required_status_checks.contexts', JSON.stringify(contexts));
  return leaves;
}

function textOf(value: unknown): string {
  return value === null || value === undefined || value === false || value === 0
    ? OFF
    : JSON.stringify(value);
}

/** Users and teams come as objects from the API, as names in a file. */
function sortedText(list: readonly unknown[]): string {
  if (list.length === 0) return OFF;
  const names = list.map((item) => {
    const name = isRecord(item) ? (item['login'] ?? item['slug'] ?? item['name'] ?? item) : item;
    return typeof name === 'string' ? name : JSON.stringify(name);
  });
  return JSON.stringify(names.sort());
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
