import type { CommandSpec, OptionSpec } from './command-spec.js';
import { assignment, choice, count, duration, list, port, seed, speed } from './option-readers.js';

const STATE_DIR: OptionSpec = {
  flags: '--state-dir <dir>',
  summary: 'where the engine keeps everything (default ./.cdb)',
  configKey: 'stateDir',
};

/** Accepted before and after every command. */
export const GLOBAL_OPTIONS: readonly OptionSpec[] = [
  STATE_DIR,
  { flags: '--config <file>', summary: 'read this file instead of ./cdb.yaml' },
  {
    flags: '--output <format>',
    summary: 'text, json (one envelope) or jsonl (one envelope a row)',
    read: choice('text', 'json', 'jsonl'),
  },
  { flags: '--json', summary: 'short for --output json' },
  { flags: '-q, --quiet', summary: 'say only what went wrong' },
  { flags: '-v, --verbose', summary: 'say more on stderr; -vv says most' },
  {
    flags: '--color <when>',
    summary: 'auto, always or never; NO_COLOR is honoured',
    read: choice('auto', 'always', 'never'),
  },
  { flags: '--no-input', summary: 'never prompt; a prompt becomes a refusal (exit 5)' },
  {
    flags: '--timeout <time>',
    summary: 'give up after, e.g. 5s (exit 7)',
    key: 'timeoutMs',
    read: duration,
  },
];

const SYMBOLS: OptionSpec = {
  flags: '--symbols <a,b>',
  summary: 'only these symbols',
  read: list,
  configKey: 'feed.symbols',
};
const SEED: OptionSpec = {
  flags: '--seed <n>',
  summary: 'seed of every simulated outcome',
  read: seed,
  configKey: 'run.seed',
};
const THRESHOLDS: OptionSpec = {
  flags: '--thresholds <set>',
  summary: 'default (works on real markets) or reference (the deployed values)',
  read: choice('default', 'reference'),
  configKey: 'thresholds.set',
};
const SET: OptionSpec = {
  flags: '--set <key=value>',
  summary: 'override one threshold; may be repeated',
  read: assignment,
  repeat: true,
  configKey: 'thresholds.overrides',
};
const SINCE: OptionSpec = {
  flags: '--since <time>',
  summary: 'only the last, e.g. 1h',
  key: 'sinceMs',
  read: duration,
};
const COUNT: OptionSpec = { flags: '-n, --count <n>', summary: 'at most n rows', read: count };
const INPUT_FILE = { form: '<file>', summary: 'JSON array, NDJSON or a vector file; - is stdin' };

const RUN: readonly CommandSpec[] = [
// pending:   {
// pending:     name: 'run',
// pending:     group: 'Run',
// pending:     summary: 'run the engine in front; Ctrl-C drains and ends it',
// pending:     options: [
// pending:       {
// pending:         flags: '--shadow',
// pending:         summary: 'decide, send nothing (the default)',
// pending:         configKey: 'run.mode',
// pending:         configValue: 'shadow',
// pending:       },
// pending:       {
// pending:         flags: '--paper',
// pending:         summary: 'fill orders on the simulated venue',
// pending:         configKey: 'run.mode',
// pending:         configValue: 'paper',
// pending:       },
// pending:       {
// pending:         flags: '--feed <source>',
// pending:         summary: '"sample" or a trades file (.csv.gz, .ndjson)',
// pending:         configKey: 'feed.source',
// pending:       },
// pending:       SYMBOLS,
// pending:       {
// pending:         flags: '--speed <factor>',
// pending:         summary: 'replay speed of a file, e.g. 20x, or max',
// pending:         read: speed,
// pending:         configKey: 'feed.speed',
// pending:       },
// pending:       {
// pending:         flags: '--duration <time>',
// pending:         summary: 'drain and end after, e.g. 60s or 8h',
// pending:         key: 'durationMs',
// pending:         read: duration,
// pending:       },
// pending:       SEED,
// pending:       THRESHOLDS,
// pending:       SET,
// pending:       { flags: '--restart', summary: 'start a new run instead of continuing the last one' },
// pending:       {
// pending:         flags: '--metrics-port <n>',
// pending:         summary: 'port of /metrics, /healthz, /readyz on 127.0.0.1; 0 is off',
// pending:         read: port,
// pending:         configKey: 'metrics.port',
// pending:       },
// pending:     ],
// pending:     load: () => import('./run.js'),
// pending:   },
// pending:   {
// pending:     name: 'stop',
// pending:     group: 'Run',
// pending:     summary: 'drain the running engine, then end it',
// pending:     options: [
// pending:       {
// pending:         flags: '--grace <time>',
// pending:         summary: 'end it hard after, e.g. 10s',
// pending:         key: 'graceMs',
// pending:         read: duration,
// pending:       },
// pending:       { flags: '--drain', summary: 'wait for the drain however long it takes' },
// pending:     ],
// pending:     load: () => import('./stop.js'),
// pending:   },
];

const OBSERVE: readonly CommandSpec[] = [
// pending:   {
// pending:     name: 'status',
// pending:     group: 'Observe',
// pending:     summary: 'do effects flow? (0 yes, 1 degraded or not running, 4 no answer)',
// pending:     load: () => import('./status.js'),
// pending:   },
// pending:   {
// pending:     name: 'fills',
// pending:     group: 'Observe',
// pending:     summary: 'list executed orders',
// pending:     options: [
// pending:       SINCE,
// pending:       { flags: '--symbol <symbol>', summary: 'only this symbol' },
// pending:       { flags: '--strategy <id>', summary: 'only this strategy' },
// pending:       COUNT,
// pending:     ],
// pending:     load: () => import('./fills.js'),
// pending:   },
// pending:   {
// pending:     name: 'blocks',
// pending:     group: 'Observe',
// pending:     summary: 'count refused signals and say why',
// pending:     options: [
// pending:       {
// pending:         flags: '--by <field>',
// pending:         summary: 'code, symbol or strategy (default code)',
// pending:         read: choice('code', 'symbol', 'strategy'),
// pending:       },
// pending:       SINCE,
// pending:     ],
// pending:     load: () => import('./blocks.js'),
// pending:   },
// pending:   {
// pending:     name: 'streams list',
// pending:     group: 'Observe',
// pending:     summary: 'list the streams with length and age',
// pending:     load: () => import('./streams/list.js'),
// pending:   },
// pending:   {
// pending:     name: 'streams tail',
// pending:     group: 'Observe',
// pending:     summary: 'print the newest entries of one stream',
// pending:     arguments: [{ form: '<name>', summary: 'stream name, e.g. stream.fills' }],
// pending:     options: [COUNT],
// pending:     load: () => import('./streams/tail.js'),
// pending:   },
];

const STOP_TRADING: readonly CommandSpec[] = [
// pending:   {
// pending:     name: 'kill-switch engage',
// pending:     group: 'Stop trading',
// pending:     summary: 'stop trading now; never prompts, a wrong flag never prevents it',
// pending:     arguments: [{ form: '[text...]', summary: 'taken as the message' }],
// pending:     options: [
// pending:       { flags: '--reason <word>', summary: 'reason word; free text is taken as the message' },
// pending:       { flags: '-m, --message <text>', summary: 'why, for the record' },
// pending:       { flags: '--level <level>', summary: 'halt (default) or reduce' },
// pending:       {
// pending:         flags: '--scope <scope>',
// pending:         summary: 'all (default), strategy:ID or symbol:S; may be repeated',
// pending:         repeat: true,
// pending:       },
// pending:     ],
// pending:     unstoppable: true,
// pending:     load: () => import('./kill-switch/engage.js'),
// pending:   },
// pending:   {
// pending:     name: 'kill-switch status',
// pending:     group: 'Stop trading',
// pending:     summary: 'say the effective level, since when, by whom and why',
// pending:     load: () => import('./kill-switch/status.js'),
// pending:   },
// pending:   {
// pending:     name: 'kill-switch release',
// pending:     group: 'Stop trading',
// pending:     summary: 'allow trading again; needs a name, a reason and the target retyped',
// pending:     options: [
// pending:       { flags: '--operator <name>', summary: 'who releases' },
// pending:       { flags: '--justification <text>', summary: 'why it is safe again' },
// pending:       { flags: '--confirm <target>', summary: '<mode>/kill-switch, retyped' },
// pending:     ],
// pending:     load: () => import('./kill-switch/release.js'),
// pending:   },
];

const EVALUATE: readonly CommandSpec[] = [
// pending:   {
// pending:     name: 'evaluate gate',
// pending:     group: 'Evaluate offline',
// pending:     summary: 'decide recorded inputs; one NDJSON line each',
// pending:     arguments: [INPUT_FILE],
// pending:     options: [{ ...THRESHOLDS, summary: `${THRESHOLDS.summary}; reference here` }],
// pending:     load: () => import('./evaluate/gate.js'),
// pending:   },
// pending:   {
// pending:     name: 'evaluate bundle',
// pending:     group: 'Evaluate offline',
// pending:     summary: 'build order bundles from recorded inputs; one NDJSON line each',
// pending:     arguments: [INPUT_FILE],
// pending:     options: [{ ...THRESHOLDS, summary: `${THRESHOLDS.summary}; reference here` }],
// pending:     load: () => import('./evaluate/bundle.js'),
// pending:   },
  {
    name: 'replay',
    group: 'Evaluate offline',
    summary: 'fold a trades file through the core as fast as it can',
    arguments: [{ form: '<file>', summary: 'trades (.csv.gz, .ndjson)' }],
    options: [
      THRESHOLDS,
      SET,
      SEED,
      SYMBOLS,
      {
        flags: '--emit <kinds>',
        summary: 'candles,regimes,pct_change,signals,decisions,orders,fills',
        read: list,
      },
      {
        flags: '--mode <mode>',
        summary: 'shadow or paper',
        read: choice('shadow', 'paper'),
      },
    ],
    load: () => import('./replay.js'),
  },
];

const SET_UP: readonly CommandSpec[] = [
  {
    name: 'config init',
    group: 'Set up',
    summary: 'write ./cdb.yaml with every key, its default and its meaning',
    load: () => import('./config/init.js'),
  },
  {
    name: 'config show',
    group: 'Set up',
    summary: 'print every effective value',
    options: [{ flags: '--origin', summary: 'say where each value came from' }],
    load: () => import('./config/show.js'),
  },
  {
    name: 'config validate',
    group: 'Set up',
    summary: 'check files and environment; lists every fault at once',
    load: () => import('./config/validate.js'),
  },
  {
    name: 'explain',
    group: 'Set up',
    summary: 'say what an error code means',
    arguments: [{ form: '<code>', summary: 'CDB-Exxxx' }],
    load: () => import('./explain.js'),
  },
  {
    name: 'help',
    group: 'Set up',
    summary: 'explain a command or a topic: exit-codes, environment, json, safety',
    arguments: [{ form: '[topic]', summary: 'a command or a topic' }],
    load: () => import('./help.js'),
  },
  {
    name: 'version',
    group: 'Set up',
    summary: 'print version, commit and runtime',
    load: () => import('./version.js'),
  },
];

export const COMMANDS: readonly CommandSpec[] = [
  ...RUN,
  ...OBSERVE,
  ...STOP_TRADING,
  ...EVALUATE,
  ...SET_UP,
];
