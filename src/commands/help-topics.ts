import { CONFIG_KEYS } from '../config/keys.js';
import { EXIT } from '../operator-error.js';

export const EXIT_MEANINGS: Readonly<Record<keyof typeof EXIT, string>> = {
  OK: 'done, nothing to do, or only warnings',
  FINDING: 'the check ran and the answer is no: degraded, not running, replay differs',
  USAGE: 'wrong flags or arguments',
  CONFIG: 'the configuration is invalid; every fault is listed at once',
  UNREACHABLE:
    'a disk, PostgreSQL or the engine failed or did not answer; run ended with the audit stalled',
  REFUSED: 'a guard said no: kill switch, confirmation or reason missing',
  CONFLICT: 'already running, lock held, or state of another build',
  TIMEOUT: 'started, did not finish inside --timeout; what was left is printed',
  NOT_FOUND: 'no such stream, order, code or topic',
  INTERNAL: 'a bug in cdb; a crash file is written and its path printed',
  SIGINT: 'ended by Ctrl-C',
  SIGTERM: 'ended by SIGTERM',
};

export const HELP_TOPICS: Readonly<Record<string, () => string>> = {
  'exit-codes': () => {
    const codes = new Map<string, number>(Object.entries(EXIT));
    return Object.entries(EXIT_MEANINGS)
      .map(
        ([name, meaning]) =>
          `${String(codes.get(name)).padStart(3)}  ${name.padEnd(12)} ${meaning}\n`,
      )
      .join('');
  },
  environment: () =>
    [
      'Flags win over the environment, the environment over ./cdb.yaml, that over',
      '~/.config/cdb/config.yaml, and that over the defaults. cdb config show --origin says',
      'where each value came from. cdb sends no telemetry and looks for no updates.',
      '',
      ...CONFIG_KEYS.filter(({ threshold }) => threshold === undefined).map(
        ({ env, summary }) => `${env.padEnd(34)} ${summary}`,
      ),
      `${'CDB_CONFIG'.padEnd(34)} configuration file instead of ./cdb.yaml`,
      `${'CDB_OUTPUT'.padEnd(34)} text, json or jsonl`,
      `${'NO_COLOR'.padEnd(34)} nothing to switch off: output has no colour`,
      '',
    ].join('\n'),
  json: () => `--json prints one line with one envelope:
  {"schema":"cdb.<command>/1","generated_at":"<UTC>","data":…}
--output jsonl prints one envelope a row, --fields a,b chooses members of the rows. With -f and
--watch both forms print one envelope a row or interval.
The number behind the slash changes when the shape does.
Errors go to stderr as {"schema":"cdb.error/1","error":{code,what,why,todo,exit}}.
`,
  safety: () => `Stopping is one step and never prompts:  cdb kill-switch engage
It works with the database and the engine down; anything unreadable counts as HALTED.
Starting again needs a name, a reason and the target retyped:
  cdb kill-switch release --operator NAME --justification TEXT --confirm <mode>/kill-switch
No order leaves before its decision is committed; when decisions cannot be committed, orders stop.
`,
};
