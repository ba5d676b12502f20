import { inGroup, type ArgumentSpec, type OptionSpec } from '../command-spec.js';
import { choice, list } from '../option-readers.js';
import { FIELDS } from './shared-options.js';

const CONTRACTS_DIR: OptionSpec = {
  flags: '--contracts <dir>',
  summary: 'use the contracts in this directory instead of those of this build',
  values: 'directory',
};

const ANNOTATIONS: OptionSpec = {
  flags: '--format <form>',
  summary: 'github: one annotation of a pull request for each finding',
  read: choice('github'),
};

const TABLES_ARGUMENT: ArgumentSpec = {
  form: '[tables...]',
  summary: 'only these tables',
  values: 'table',
};

export const CONTRACTS = inGroup('Audit', [
  {
    name: 'drift',
    summary: 'compare contracts, code, live schema and written values (0 match, 1 drift)',
    options: [
      {
        flags: '--code <file>',
        summary: 'compare the SQL in this source file with the contracts instead',
        values: 'file',
      },
      { flags: '--live', summary: 'with --code: prepare its statements on the database too' },
      { flags: '--tables <a,b>', summary: 'only these tables', read: list, values: 'tables' },
      {
        flags: '--role <name>',
        summary: 'whose rights are looked at (default: the role of the URL)',
      },
      CONTRACTS_DIR,
      ANNOTATIONS,
    ],
    load: () => import('../drift/drift.js'),
  },
  {
    name: 'contracts list',
    summary: 'list the tables that have a contract',
    options: [CONTRACTS_DIR, FIELDS],
    load: () => import('../contracts/list.js'),
  },
  {
    name: 'contracts show',
    summary: 'print the contract of a table',
    arguments: [{ form: '<table>', summary: 'e.g. risk_events', values: 'table' }],
    options: [CONTRACTS_DIR],
    load: () => import('../contracts/show.js'),
  },
  {
    name: 'contracts check',
    summary: 'compare contracts with what this build sends (0 match, 1 not); needs no database',
    arguments: [TABLES_ARGUMENT],
    options: [
      { flags: '--streams', summary: 'compare entries of the streams with their events instead' },
      CONTRACTS_DIR,
      ANNOTATIONS,
    ],
    load: () => import('../contracts/check.js'),
  },
  {
    name: 'contracts snapshot',
    summary: 'write contracts as the live tables and this build are now',
    arguments: [TABLES_ARGUMENT],
    options: [{ flags: '--dry-run', summary: 'say what would be written' }, CONTRACTS_DIR],
    load: () => import('../contracts/snapshot.js'),
  },
]);
