import type { CommandSpec, OptionSpec } from './command-spec.js';
import { choice, duration, path } from './option-readers.js';
import { AUDIT } from './specs/audit.js';
import { CONFIG } from './specs/config.js';
import { CONTRACTS } from './specs/contracts.js';
import { DOCTOR } from './specs/doctor.js';
import { EVALUATE } from './specs/evaluate.js';
import { GATE } from './specs/gate.js';
import { HELP } from './specs/help.js';
import { MIGRATE } from './specs/migrate.js';
import { MODES_OF_TRADING } from './specs/modes.js';
import { OBSERVE } from './specs/observe.js';
import { RUN } from './specs/run.js';
import { STOP_TRADING } from './specs/stop-trading.js';

/** Accepted before and after every command. */
export const GLOBAL_OPTIONS: readonly OptionSpec[] = [
  {
    flags: '--state-dir <dir>',
    summary: 'where the engine keeps everything (default ./.cdb)',
    read: path,
    configKey: 'stateDir',
    values: 'directory',
  },
  {
    flags: '--config <file>',
    summary: 'read this file instead of ./cdb.yaml',
    env: 'CDB_CONFIG',
    values: 'file',
  },
  {
    // Not --env-file: Node takes that from any command line, and ends with status 9 before cdb
    // starts if the file is not there. An alias that has it would then keep a stop from running.
    flags: '--env-from <file>',
    summary: 'read variables from this file too; those of the process win',
    key: 'envFile',
    values: 'file',
  },
  {
    flags: '--output <format>',
    summary: 'text, json (one envelope) or jsonl (one envelope a row)',
    read: choice('text', 'json', 'jsonl'),
    env: 'CDB_OUTPUT',
  },
  { flags: '--json', summary: 'short for --output json' },
  {
    flags: '--timeout <time>',
    summary: 'give up after, e.g. 5s (exit 7)',
    key: 'timeoutMs',
    read: duration,
  },
];

export const COMMANDS: readonly CommandSpec[] = [
  ...RUN,
  ...OBSERVE,
  ...AUDIT,
  ...STOP_TRADING,
  ...MODES_OF_TRADING,
  ...EVALUATE,
  ...DOCTOR,
  ...CONTRACTS,
  ...GATE,
  ...MIGRATE,
  ...CONFIG,
  ...HELP,
];
