import { inGroup, type ArgumentSpec } from '../command-spec.js';
import { durationWithin } from '../option-readers.js';
import { FIELDS, YES } from './shared-options.js';

const SCOPE: ArgumentSpec = {
  form: '<scope>',
  summary: 'one word, e.g. migrations',
  values: 'gate scope',
};

export const GATE = inGroup('Set up', [
  {
    name: 'gate list',
    summary: 'list what the delivery gate allows now, and what is wrong with its file',
    options: [FIELDS],
    load: () => import('../gate/list.js'),
  },
  {
    name: 'gate open',
    summary: 'allow one use of one scope for a time; asks first, counts once it is committed',
    arguments: [SCOPE],
    options: [
      {
        flags: '--ttl <time>',
        summary: 'how long, e.g. 30m; from 1m to 24h',
        key: 'ttlMs',
        read: durationWithin(60_000, 86_400_000, 'from 1m to 24h'),
      },
      { flags: '--by <name>', summary: 'who allows it' },
      { flags: '--reason <text>', summary: 'why it is due' },
      YES,
    ],
    load: () => import('../gate/open.js'),
  },
  {
    name: 'gate close',
    summary: 'take back every opening of a scope',
    arguments: [SCOPE],
    load: () => import('../gate/close.js'),
  },
  {
    name: 'gate check',
    summary: 'say whether a scope is open (0 open, 1 closed and why)',
    arguments: [SCOPE],
    load: () => import('../gate/check.js'),
  },
]);
