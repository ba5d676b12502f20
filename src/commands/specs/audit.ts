import { inGroup } from '../command-spec.js';
import { choice, path } from '../option-readers.js';
import { COUNT, FIELDS, FOLLOW, SINCE } from './shared-options.js';
import { watchable } from './watchable.js';

export const AUDIT = inGroup('Audit', [
  {
    name: 'audit verify',
    summary: 'prove ledger, decisions and control events against each other (0 whole, 1 not)',
    options: [
      {
        ...SINCE,
        summary: 'decisions only from the newest anchor that is older, e.g. 24h',
      },
      FIELDS,
    ],
    load: () => import('../audit/verify.js'),
  },
  watchable('audit', {
    name: 'audit tail',
    summary: 'print the newest entries of the ledger: who decided what, and why',
    options: [COUNT, FOLLOW, FIELDS],
    load: () => import('../audit/tail.js'),
  }),
  {
    name: 'audit export',
    summary: 'copy ledger and chains to new files',
    options: [
      {
        flags: '--format <format>',
        summary: 'jsonl (default: ledger and chains) or decision-events (the ledger as YAML)',
        read: choice('jsonl', 'decision-events'),
      },
      {
        flags: '--out <dir>',
        summary: 'where to (default ./audit-<time>)',
        read: path,
        values: 'directory',
      },
    ],
    load: () => import('../audit/export.js'),
  },
]);
