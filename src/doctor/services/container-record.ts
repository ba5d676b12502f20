import type { Container } from './facts.js';
import { fromInspect, isInspect } from './inspect-record.js';
import { fromRow } from './row-record.js';
import { tableRows } from './table-text.js';

type Members = Readonly<Record<string, unknown>>;

/** What one record says of a container; what it does not say is not there. */
export type PartialContainer = { readonly name: string } & Partial<Omit<Container, 'name'>>;

const CONTAINERS_MAX = 512;

const ESCAPES = /\u001b\[[0-9;?]*[A-Za-z]/g;

/**
 * What `docker inspect`, `docker ps`, `docker compose ps` or `docker stats` printed, as JSON or as a
 * table, or several of them one after another; of one container all that any of them says.
 * @param atMs when it was printed
 * @returns empty when the text is none of them
 */
export function readContainers(text: string, atMs: number): readonly Container[] {
  const plain = text.replace(ESCAPES, '').trim();
  const parts = /^[[{]/.test(plain) ? jsonRecords(plain) : tableRows(plain);
  const found = parts.flatMap((record) =>
    isInspect(record) ? fromInspect(record, atMs) : fromRow(record),
  );
  const byName = new Map<string, PartialContainer>();
  for (const part of found.slice(0, 4 * CONTAINERS_MAX)) {
    byName.set(part.name, { ...byName.get(part.name), ...part });
  }
  return [...byName.values()].slice(0, CONTAINERS_MAX).map(whole);
}

function whole(part: PartialContainer): Container {
  return {
    state: 'unknown',
    health: null,
    upMs: null,
    restarts: null,
    oomKilled: null,
    cpuPercent: null,
    memoryMib: null,
    memoryLimitMib: null,
    networks: null,
    ...part,
  };
}

/** One JSON text, or one a line, or both one after another. */
function jsonRecords(text: string): readonly Members[] {
  const one = jsonOrNull(text);
  if (one !== undefined) return membersOf(one);
  const lines = text.split('\n');
  const arrayEnd = lines.findIndex((line) => line.trimEnd() === ']');
  const head = jsonOrNull(lines.slice(0, arrayEnd + 1).join('\n'));
  const rest = head === undefined ? lines : lines.slice(arrayEnd + 1);
  return [...membersOf(head), ...rest.flatMap((line) => membersOf(jsonOrNull(line)))];
}

function membersOf(value: unknown): readonly Members[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  return list.filter((one): one is Members => typeof one === 'object' && one !== null);
}

/** Undefined: it is none. */
function jsonOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
