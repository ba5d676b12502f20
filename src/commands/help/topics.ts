import { CONFIG_KEYS } from '../../config/keys.js';
import { EXIT } from '../../operator-error.js';
import { optionNames } from '../command-spec.js';
import type { CommandTable } from '../command-spec.js';
import { schemaName } from '../output/envelope.js';
import { errorSchema } from './json-schema.js';
import type { HelpTopic } from './topic-names.js';

export const EXIT_MEANINGS: Readonly<Record<keyof typeof EXIT, string>> = {
  OK: 'done, nothing to do, or only warnings',
  FINDING: 'the check ran and the answer is no: degraded, not running, files differ, gate closed',
  USAGE: 'wrong flags or arguments',
  CONFIG: 'the configuration is invalid; every fault is listed at once',
  UNREACHABLE:
    'a disk, PostgreSQL, Redis or the engine failed or gave no answer; run ended with the audit stalled',
  REFUSED: 'a guard said no: kill switch, delivery gate, confirmation or reason missing',
  CONFLICT: 'already running, lock held, or state of another build',
  TIMEOUT: 'started, did not finish inside --timeout; what was left is printed',
  NOT_FOUND: 'no such stream, order, code, key or topic',
  INTERNAL: 'a bug in cdb; a crash file is written and its path printed',
  SIGINT: 'ended by Ctrl-C',
  SIGTERM: 'ended by SIGTERM',
};

export const HELP_TOPICS: Readonly<Record<HelpTopic, (table: CommandTable) => string>> = {
  'exit-codes': () => {
    const codes = new Map<string, number>(Object.entries(EXIT));
    return Object.entries(EXIT_MEANINGS)
      .map(
        ([name, meaning]) =>
          `${String(codes.get(name)).padStart(3)}  ${name.padEnd(12)} ${meaning}\n`,
      )
      .join('');
  },
  environment: environmentText,
  json: () => `--json prints one line with one envelope:
  {"schema":"${schemaName('<command>')}","generated_at":"<UTC>","data":…}
--output jsonl prints one envelope a row, --fields a,b chooses members of the rows. With -f and
--watch both forms print one envelope a row or interval.
The number behind the slash changes when the shape does.
Errors go to stderr; their JSON Schema:
${JSON.stringify(errorSchema(), null, 2)}
cdb help json <command> prints the JSON Schema of its answers, cdb help --json every command.
`,
  safety: () => `Stopping is one step and never prompts:  cdb kill-switch engage
It works with the database and the engine down; anything unreadable counts as HALTED.
Starting again needs a name, a reason and the target retyped:
  cdb kill-switch release --operator NAME --justification TEXT --confirm <mode>/kill-switch
No order leaves before its decision is committed; when decisions cannot be committed, orders stop.
`,
};

/** Variables that are no configuration key and belong to no flag. */
const OTHER_VARIABLES: Readonly<Record<string, string>> = {
  HOME: 'where ~/.config/cdb/config.yaml and completions are looked for',
  NOTIFY_SOCKET: 'set by systemd: the engine tells it that it is ready, lives, and stops',
  NO_COLOR: 'cdb dashboard begins with the theme mono; nothing else has a colour',
  'LC_ALL, LC_CTYPE, LANG': 'without UTF-8, cdb dashboard draws with ASCII only',
  'ACCESSIBLE, INK_SCREEN_READER': '1: cdb dashboard says sentences instead of drawing',
  PATH: 'where PostgreSQL programs are looked for when the packaged ones are missing',
  'SUDO_USER, USER, LOGNAME': 'the first that is set goes on record as the operator',
  TMPDIR: 'where a crash file goes when the state directory cannot take it',
  TERM: 'dumb: --watch prints blocks in place of drawing over the last one',
  XDG_CONFIG_HOME: 'where completion of fish is installed (default ~/.config)',
  XDG_DATA_HOME: 'where completion of bash is installed (default ~/.local/share)',
  XDG_RUNTIME_DIR: 'where sockets go when the path of the state directory is too long',
};

function environmentText({ globalOptions }: CommandTable): string {
  const keys = CONFIG_KEYS.filter(({ threshold }) => threshold === undefined);
  const flags = globalOptions.flatMap((option) =>
    option.env === undefined ? [] : [[option.env, `as ${optionNames(option).join(', ')}`] as const],
  );
  const rows = [
    ...keys.map(({ env, summary }) => [env, summary] as const),
    ['CDB_THRESHOLDS_OVERRIDES_*', 'single thresholds; cdb config init lists their keys'] as const,
    ...flags,
    ...Object.entries(OTHER_VARIABLES),
  ];
  return [
    'Flags win over the environment, the environment over ./cdb.yaml, that over',
    '~/.config/cdb/config.yaml, and that over the defaults. cdb config show --origin says',
    'where each value came from.',
    '',
    'cdb sends no telemetry and looks for no updates. It talks to nothing on a network but the',
    'venue and the stores that are configured; commands talk to the engine over a socket file.',
    '',
    ...rows.map(([name, summary]) => `${name.padEnd(34)} ${summary}`),
    '',
  ].join('\n');
}
