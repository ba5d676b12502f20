import { TASK_ID } from '../../doctor/readiness/guard-rules.js';
import type { ReadinessItem } from '../../doctor/readiness/items.js';
import type { ItemStatus } from '../../doctor/readiness/judge-item.js';
import type { JudgedItem, Readiness } from '../../doctor/readiness/readiness.js';
import { durationText, isoOrNull } from '../../view/age.js';
import { plainText } from '../../view/plain-text.js';
import { textTable } from '../tables/text-table.js';

const COLUMNS = [
  { title: 'verdict' },
  { title: 'item' },
  { title: 'what' },
  { title: 'found', widthMax: 120 },
  { title: 'next', widthMax: 100 },
];

export function readinessText(readiness: Readiness): string {
  const { items, verdict, target, guard } = readiness;
  const word = verdict === 'GO' ? 'READY' : 'NOT READY';
  const rows = items.map(({ item, status, says }) => [
    `${markOf(status)} ${status}`,
    item.id,
    item.title,
    says,
    status === 'PASS' ? '' : item.next,
  ]);
  return [
    `${word} ${passedOf(items)}/${items.length}   ${target}: ${verdict}\n`,
    textTable(COLUMNS, rows),
    guard === null || guard.verdict === 'VALID'
      ? ''
      : `state files: ${guard.verdict}, ${guard.violations.length} found   cdb readiness guard DIR lists them\n`,
  ].join('');
}

export function readinessJson({ target, verdict, items, guard }: Readiness) {
  return {
    target,
    verdict,
    ready: verdict === 'GO',
    passed: passedOf(items),
    total: items.length,
    items: items.map(itemJson),
    guard: guard === null ? null : { verdict: guard.verdict, violations: guard.violations },
  };
}

export function itemJson({ item, status, says, evidenceAtMs }: JudgedItem) {
  const { id, title, phase, demands, proven, validMs, next } = item;
  return {
    ...{ id, title, phase, demands, status, says },
    evidence_at: isoOrNull(evidenceAtMs),
    valid_ms: validMs,
    proven_by: proven.by === 'proof' ? proven.kinds : [proven.by],
    next: status === 'PASS' ? null : next,
  };
}

export function explainText({ item, status, says }: JudgedItem): string {
  const rows = [
    `${item.id}   ${item.title}   ${markOf(status)} ${status}`,
    `  found    ${says}`,
    `  demands  ${item.demands}`,
    `  proof    ${provenWords(item)}`,
    `  valid    ${item.validMs === 0 ? 'until its window ends' : durationText(item.validMs)}`,
    `  phase    ${item.phase}; ${item.canary ? 'canary and live wait for it' : 'live waits for it'}`,
    ...(status === 'PASS' ? [] : [`  next     ${item.next}`]),
  ];
  return rows.map((row) => `${plainText(row)}\n`).join('');
}

function provenWords({ id, proven }: ReadinessItem): string {
  if (proven.by === 'approval') return 'the plan of the canary and its approval';
  if (proven.by === 'state') return `${id}-STATE.yaml says DONE`;
  const kinds = `${proven.kinds.join(' and ')}, kept with --write`;
  return TASK_ID.test(id) ? `${kinds}; where there are state files, its own says DONE` : kinds;
}

/** Never alone: the word stands behind it. */
function markOf(status: ItemStatus): string {
  if (status === 'PASS') return '✓';
  return status === 'EXPIRED' ? '~' : '✗';
}

function passedOf(items: readonly JudgedItem[]): number {
  return items.filter(({ status }) => status === 'PASS').length;
}
