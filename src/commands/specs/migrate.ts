import { inGroup } from '../command-spec.js';
import { CONFIRM, DRY_RUN, FIELDS, REASON, YES } from './shared-options.js';

export const MIGRATE = inGroup('Set up', [
  {
    name: 'migrate status',
    summary: 'list the migrations of the database, applied and pending',
    options: [{ flags: '--exit-code', summary: 'exit 1 unless nothing is pending' }, FIELDS],
    load: () => import('../migrate/status.js'),
  },
  {
    name: 'migrate plan',
    summary: 'say what up would do: effects, locks, risks, contracts, losses; changes nothing',
    options: [
      { flags: '--out <file>', summary: 'freeze it, for migrate up --plan', values: 'file' },
      { flags: '--exit-code', summary: 'exit 1 when something is pending' },
    ],
    load: () => import('../migrate/plan.js'),
  },
  {
    name: 'migrate up',
    summary: 'apply what is pending, look whether it did what it is for; asks first',
    options: [
      {
        flags: '--plan <file>',
        summary: 'exactly what was frozen, or nothing',
        values: 'file',
      },
      { flags: '--to <id>', summary: 'no further than this migration' },
      DRY_RUN,
      YES,
    ],
    load: () => import('../migrate/up.js'),
  },
  {
    name: 'migrate down',
    summary: 'take back what stands above a migration, where it has a reverse',
    options: [
      { flags: '--to <id>', summary: 'the newest migration that stays, e.g. 0009' },
      REASON,
      CONFIRM,
      DRY_RUN,
      { ...YES, summary: 'is no answer here: the reason and the target are' },
    ],
    load: () => import('../migrate/down.js'),
  },
  {
    name: 'migrate verify',
    summary: 'compare files, history and live schema; says exactly what is open (exit 1)',
    options: [FIELDS],
    load: () => import('../migrate/verify.js'),
  },
  {
    name: 'migrate baseline',
    summary: 'take over a database of the old stack; every row stays; asks first',
    options: [DRY_RUN, YES],
    load: () => import('../migrate/baseline.js'),
  },
  {
    name: 'migrate new',
    summary: 'begin a migration under the next free number',
    arguments: [{ form: '<name>', summary: 'e.g. add_risk_events' }],
    options: [DRY_RUN],
    load: () => import('../migrate/new.js'),
  },
]);
