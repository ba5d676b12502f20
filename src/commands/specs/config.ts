import { inGroup } from '../command-spec.js';
import { FIELDS } from './shared-options.js';

export const CONFIG = inGroup('Set up', [
  {
    name: 'config init',
    summary: 'write ./cdb.yaml with every key, its default and its meaning',
    load: () => import('../config/init.js'),
  },
  {
    name: 'config show',
    summary: 'print every effective value',
    options: [{ flags: '--origin', summary: 'say where each value came from' }, FIELDS],
    load: () => import('../config/show.js'),
  },
  {
    name: 'config get',
    summary: 'print one effective value',
    arguments: [{ form: '<key>', summary: 'e.g. metrics.port', values: 'config key' }],
    load: () => import('../config/get.js'),
  },
  {
    name: 'config set',
    summary: 'write one key to ./cdb.yaml (or --config); keeps its comments',
    arguments: [
      { form: '<key>', summary: 'e.g. metrics.port', values: 'config key' },
      { form: '<value>', summary: 'never a secret', values: 'config value' },
    ],
    options: [{ flags: '--dry-run', summary: 'say what would be written' }],
    load: () => import('../config/set.js'),
  },
  {
    name: 'config diff',
    summary: 'compare what two files mean (0 the same, 1 not)',
    arguments: [
      { form: '<a>', summary: 'configuration file', values: 'file' },
      { form: '<b>', summary: 'configuration file', values: 'file' },
    ],
    load: () => import('../config/diff.js'),
  },
  {
    name: 'config validate',
    summary: 'check files and environment; lists every fault at once',
    load: () => import('../config/validate.js'),
  },
]);
