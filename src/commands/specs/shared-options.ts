import type { OptionSpec } from '../command-spec.js';
import { assignment, choice, count, duration, list, seed } from '../option-readers.js';

export const SYMBOLS: OptionSpec = {
  flags: '--symbols <a,b>',
  summary: 'only these symbols',
  read: list,
  configKey: 'feed.symbols',
  values: 'symbols',
};

export const SEED: OptionSpec = {
  flags: '--seed <n>',
  summary: 'seed of every simulated outcome',
  read: seed,
  configKey: 'run.seed',
};

export const THRESHOLDS: OptionSpec = {
  flags: '--thresholds <set>',
  summary: 'default (works on real markets) or reference (the deployed values)',
  read: choice('default', 'reference'),
  configKey: 'thresholds.set',
};

export const SET: OptionSpec = {
  flags: '--set <key=value>',
  summary: 'override one threshold; may be repeated',
  read: assignment,
  repeat: true,
  configKey: 'thresholds.overrides',
  values: 'threshold',
};

export const SINCE: OptionSpec = {
  flags: '--since <time>',
  summary: 'only the last, e.g. 1h',
  key: 'sinceMs',
  read: duration,
};

export const COUNT: OptionSpec = {
  flags: '-n, --count <n>',
  summary: 'at most n rows',
  read: count,
};

export const GRACE: OptionSpec = {
  flags: '--grace <time>',
  summary: 'end it hard after, e.g. 10s',
  key: 'graceMs',
  read: duration,
};

export const FIELDS: OptionSpec = {
  flags: '--fields <a,b>',
  summary: 'only these members of each row; a wrong one lists them all',
  read: list,
};

export const FOLLOW: OptionSpec = {
  flags: '-f, --follow',
  summary: 'go on with what is added; with json one envelope a row',
};

export const REASON: OptionSpec = { flags: '--reason <text>', summary: 'why, for the record' };

export const OPERATOR: OptionSpec = { flags: '--operator <name>', summary: 'who does it' };

export const YES: OptionSpec = { flags: '--yes', summary: 'do not ask' };

export const CONFIRM: OptionSpec = { flags: '--confirm <target>', summary: 'the target, retyped' };

export const DRY_RUN: OptionSpec = { flags: '--dry-run', summary: 'say what would be done' };
