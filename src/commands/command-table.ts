import { GROUPS } from '../doctor/groups.js';
import { SOAK_INTENTS } from '../doctor/soak/soak-evidence.js';
import { MODES } from '../engine/domain/control.js';
import { LOG_LEVELS } from '../engine/ports/logger.js';
import type { ArgumentSpec, CommandSpec, OptionSpec } from './command-spec.js';
import { LOG_LINES_MAX } from './logs/lines-max.js';
import { HELP_TOPIC_NAMES } from './help/topic-names.js';
import {
  assignment,
  choice,
  choiceList,
  count,
  countUpTo,
  duration,
  durationWithin,
  list,
  path,
  percent,
  port,
  seed,
  speed,
} from './option-readers.js';
import { EMIT_KINDS } from './replay/emit-kinds.js';

const STATE_DIR: OptionSpec = {
  flags: '--state-dir <dir>',
  summary: 'where the engine keeps everything (default ./.cdb)',
  read: path,
  configKey: 'stateDir',
  values: 'directory',
};

/** Accepted before and after every command. */
export const GLOBAL_OPTIONS: readonly OptionSpec[] = [
  STATE_DIR,
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

const SYMBOLS: OptionSpec = {
  flags: '--symbols <a,b>',
  summary: 'only these symbols',
  read: list,
  configKey: 'feed.symbols',
  values: 'symbols',
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
  values: 'threshold',
};
const SINCE: OptionSpec = {
  flags: '--since <time>',
  summary: 'only the last, e.g. 1h',
  key: 'sinceMs',
  read: duration,
};
const COUNT: OptionSpec = { flags: '-n, --count <n>', summary: 'at most n rows', read: count };
const GRACE: OptionSpec = {
  flags: '--grace <time>',
  summary: 'end it hard after, e.g. 10s',
  key: 'graceMs',
  read: duration,
};
const FIELDS: OptionSpec = {
  flags: '--fields <a,b>',
  summary: 'only these members of each row; a wrong one lists them all',
  read: list,
};
const FOLLOW: OptionSpec = {
  flags: '-f, --follow',
  summary: 'go on with what is added; with json one envelope a row',
};
const STREAM_NAME: ArgumentSpec = {
  form: '<name>',
  summary: 'stream name, e.g. stream.fills',
  values: 'stream',
};
const PLAN: OptionSpec = {
  flags: '--plan <file>',
  summary: 'plan of the canary (default canary-plan.yaml)',
  values: 'file',
};
const REASON: OptionSpec = { flags: '--reason <text>', summary: 'why, for the record' };
const OPERATOR: OptionSpec = { flags: '--operator <name>', summary: 'who does it' };
const YES: OptionSpec = { flags: '--yes', summary: 'do not ask' };
const CONFIRM: OptionSpec = { flags: '--confirm <target>', summary: 'the target, retyped' };
const DRY_RUN: OptionSpec = { flags: '--dry-run', summary: 'say what would be done' };
const INPUT_FILE: ArgumentSpec = {
  form: '<file>',
  summary: 'JSON array, NDJSON or a vector file; - is stdin',
  values: 'file',
};

const RUN: readonly CommandSpec[] = [
  {
    name: 'run',
    group: 'Run',
    summary: 'run the engine in front; Ctrl-C drains and ends it',
    options: [
      { flags: '--detach', summary: 'in the background; waits until it runs (30s, --timeout)' },
      {
        flags: '--shadow',
        summary: 'decide, send nothing (the default)',
        configKey: 'run.mode',
        configValue: 'shadow',
      },
      {
        flags: '--paper',
        summary: 'fill orders on the simulated venue',
        configKey: 'run.mode',
        configValue: 'paper',
      },
      {
        flags: '--feed <source>',
        summary: 'mexc (the default), binance, redis, sample, or a trades file or recording',
        configKey: 'feed.source',
        values: 'feed',
      },
      { flags: '--record <file>', summary: 'write what a live feed receives, to replay it later' },
      SYMBOLS,
      {
        flags: '--speed <factor>',
        summary: 'replay speed of a file, e.g. 20x, or max',
        read: speed,
        configKey: 'feed.speed',
      },
      {
        flags: '--duration <time>',
        summary: 'drain and end after, e.g. 60s or 8h',
        key: 'durationMs',
        read: duration,
      },
      SEED,
      THRESHOLDS,
      SET,
      {
        flags: '--roles <list>',
        summary: 'with Redis: what this process does of ingest,pipeline,writer (all)',
        configKey: 'run.roles',
      },
      { flags: '--restart', summary: 'start a new run instead of continuing the last one' },
      { flags: '-q, --quiet', summary: 'say only what went wrong' },
      {
        flags: '--metrics-port <n>',
        summary: 'port of /metrics, /healthz, /readyz on 127.0.0.1; 0 is off',
        read: port,
        configKey: 'metrics.port',
      },
    ],
    envelopes: ['run.event', 'run.detached', 'run.summary'],
    load: () => import('./run.js'),
  },
  {
    name: 'stop',
    group: 'Run',
    summary: 'drain the running engine, then end it',
    options: [GRACE, { flags: '--drain', summary: 'wait for the drain however long it takes' }],
    load: () => import('./stop.js'),
  },
  {
    name: 'restart',
    group: 'Run',
    summary: 'stop the running engine and start it again in the background, with its options',
    options: [
      { flags: '--detach', summary: 'an engine that runs in front may go to the background' },
      GRACE,
      {
        flags: '--wait-healthy <time>',
        summary: 'wait until effects flow, e.g. 30s (exit 7 with the reasons)',
        key: 'waitHealthyMs',
        read: duration,
      },
    ],
    load: () => import('./restart.js'),
  },
];

const OBSERVE: readonly CommandSpec[] = [
  {
    name: 'status',
    group: 'Observe',
    summary: 'do effects flow? (0 yes, 1 degraded or not running, 4 no answer)',
    options: [
      {
        flags: '-w, --watch [time]',
        summary: 'again and again until Ctrl-C, every 2s or from 200ms to 1h',
        key: 'watchMs',
        preset: '2s',
        read: durationWithin(200, 3_600_000, 'from 200ms to 1h'),
      },
    ],
    load: () => import('./status.js'),
  },
  {
    name: 'logs',
    group: 'Observe',
    summary: 'print what the engine wrote into its log',
    options: [
      { flags: '-f, --follow', summary: 'go on with what is written from now on' },
      SINCE,
      {
        flags: '--level <level>',
        summary: 'this level and above: debug (default), info, warn, error',
        read: choice(...LOG_LEVELS),
      },
      { flags: '--grep <expression>', summary: 'only lines that match, as they are printed' },
      {
        ...COUNT,
        summary: 'at most n lines (default 100; all with --since)',
        read: countUpTo(LOG_LINES_MAX),
      },
    ],
    load: () => import('./logs.js'),
  },
  {
    name: 'fills',
    group: 'Observe',
    summary: 'list executed orders',
    options: [
      SINCE,
      { flags: '--symbol <symbol>', summary: 'only this symbol', values: 'symbol' },
      { flags: '--strategy <id>', summary: 'only this strategy', values: 'strategy' },
      COUNT,
      FOLLOW,
      FIELDS,
    ],
    load: () => import('./fills.js'),
  },
  {
    name: 'blocks',
    group: 'Observe',
    summary: 'count refused signals and say why',
    options: [
      {
        flags: '--by <field>',
        summary: 'code, symbol or strategy (default code); not with -f',
        read: choice('code', 'symbol', 'strategy'),
      },
      SINCE,
      COUNT,
      { ...FOLLOW, summary: 'list refusals one by one and go on with new ones' },
      FIELDS,
    ],
    envelopes: ['blocks', 'blocks.list'],
    load: () => import('./blocks.js'),
  },
  {
    name: 'streams list',
    group: 'Observe',
    summary: 'list the streams with length and age',
    options: [FIELDS],
    load: () => import('./streams/list.js'),
  },
  {
    name: 'streams tail',
    group: 'Observe',
    summary: 'print the newest entries of one stream',
    arguments: [STREAM_NAME],
    options: [COUNT, FOLLOW, FIELDS],
    load: () => import('./streams/tail.js'),
  },
  {
    name: 'streams peek',
    group: 'Observe',
    summary: 'print one entry with all its fields in full',
    arguments: [STREAM_NAME, { form: '<id>', summary: 'as streams tail prints it, e.g. 812-0' }],
    load: () => import('./streams/peek.js'),
  },
  {
    name: 'streams lag',
    group: 'Observe',
    summary: 'say how far publication is behind, and the newest entry of each stream',
    options: [FIELDS],
    load: () => import('./streams/lag.js'),
  },
];

const SOAK: readonly CommandSpec[] = [
  {
    name: 'soak start',
    group: 'Observe',
    summary: 'record a long run hour by hour, in front; goes on with one that is not over',
    options: [
      {
        flags: '--intent <word>',
        summary: 'what it is to prove: lr040 (72 h soak, the default) or lr030 (shadow)',
        read: choice(...SOAK_INTENTS),
      },
      {
        flags: '--duration <time>',
        summary: 'how long, e.g. 72h (the default)',
        key: 'durationMs',
        read: durationWithin(3_600_000, 744 * 3_600_000, 'from 1h to 744h'),
      },
      { flags: '--members <a,b>', summary: 'who must not restart (all who are there)', read: list },
      { flags: '--restart', summary: 'leave the one that is not over, begin another' },
    ],
    envelopes: ['soak.event'],
    load: () => import('./soak/start.js'),
  },
  {
    name: 'soak status',
    group: 'Observe',
    summary: 'say what is recorded, and whether it can still pass (0 yes, 1 not)',
    load: () => import('./soak/status.js'),
  },
];

const KEEP_PROOF: OptionSpec = {
  flags: '--write',
  summary: 'keep it as a proof in the state directory, and in its ledger',
};

const EVIDENCE_DIR: ArgumentSpec = {
  form: '<dir>',
  summary: 'folder of one run: soak_<intent>_YYYYMMDD_HHMMSS',
  values: 'directory',
};

const AUDIT: readonly CommandSpec[] = [
  {
    name: 'audit verify',
    group: 'Audit',
    summary: 'prove ledger, decisions and control events against each other (0 whole, 1 not)',
    options: [
      {
        ...SINCE,
        summary: 'decisions only from the newest anchor that is older, e.g. 24h',
      },
      FIELDS,
    ],
    load: () => import('./audit/verify.js'),
  },
  {
    name: 'audit tail',
    group: 'Audit',
    summary: 'print the newest entries of the ledger: who decided what, and why',
    options: [COUNT, FOLLOW, FIELDS],
    load: () => import('./audit/tail.js'),
  },
  {
    name: 'audit export',
    group: 'Audit',
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
    load: () => import('./audit/export.js'),
  },
];

const STOP_TRADING: readonly CommandSpec[] = [
  {
    name: 'kill-switch engage',
    group: 'Stop trading',
    summary: 'stop trading now; never prompts, a wrong flag never prevents it',
    arguments: [{ form: '[text...]', summary: 'taken as the message' }],
    options: [
      {
        flags: '--reason <word>',
        summary: 'reason word; free text is taken as the message',
        values: 'stop reason',
      },
      { flags: '-m, --message <text>', summary: 'why, for the record' },
      { flags: '--level <level>', summary: 'halt (default) or reduce', values: 'stop level' },
      {
        flags: '--scope <scope>',
        summary: 'all (default), strategy:ID or symbol:S; may be repeated',
        repeat: true,
        values: 'stop scope',
      },
      { flags: '--cancel-open', summary: 'cancel what is open, too' },
      { flags: '--flatten', summary: 'close positions, too; halts, whatever the level' },
    ],
    unstoppable: true,
    load: () => import('./kill-switch/engage.js'),
  },
  {
    name: 'kill-switch status',
    group: 'Stop trading',
    summary: 'say the effective level, since when, by whom and why',
    load: () => import('./kill-switch/status.js'),
  },
  {
    name: 'kill-switch history',
    group: 'Stop trading',
    summary: 'list who changed the control register, when and why',
    options: [
      { flags: '--limit <n>', summary: 'newest entries to show (default 50)', read: count },
    ],
    load: () => import('./kill-switch/history.js'),
  },
  {
    name: 'kill-switch drill',
    group: 'Stop trading',
    summary: 'prove the stop on an engine of its own; never touches yours (exit 1 past the limit)',
    options: [
      {
        flags: '--rounds <n>',
        summary: 'stops to measure (default 5, at most 20)',
        read: countUpTo(20),
      },
      {
        flags: '--max-latency <time>',
        summary: 'limit from the stop to the last order, e.g. 1s (the default)',
        key: 'maxLatencyMs',
        read: durationWithin(1, 60_000, 'from 1ms to 1m'),
      },
      { flags: '--write', summary: 'keep the proof in the state directory and its ledger' },
    ],
    load: () => import('./kill-switch/drill.js'),
  },
  {
    name: 'kill-switch release',
    group: 'Stop trading',
    summary: 'allow trading again; needs a name, a reason and the target retyped',
    options: [
      { flags: '--operator <name>', summary: 'who releases' },
      { flags: '--justification <text>', summary: 'why it is safe again' },
      { flags: '--confirm <target>', summary: '<mode>/kill-switch, or <mode>/<scope>, retyped' },
      { flags: '--scope <scope>', summary: 'only this strategy:ID or symbol:S' },
      { flags: '--forget <host>', summary: 'what a host that is gone for good has left' },
    ],
    load: () => import('./kill-switch/release.js'),
  },
  {
    name: 'watchdog',
    group: 'Stop trading',
    summary: 'watch an engine from outside; halt and cancel when it stands still',
    options: [
      {
        flags: '--limit <time>',
        summary: 'an engine that does not move for so long is late (2s)',
        read: duration,
        configKey: 'watchdog.limitMs',
      },
      {
        flags: '--symbols <a,b>',
        summary: 'cancel the open orders of these (those of the feed)',
        read: list,
        configKey: 'watchdog.symbols',
        values: 'symbols',
      },
    ],
    envelopes: ['watchdog.event'],
    load: () => import('./watchdog.js'),
  },
  {
    name: 'watchdog ack',
    group: 'Stop trading',
    summary: 'acknowledge its alarm; trading stays halted until a release',
    options: [
      { flags: '--operator <name>', summary: 'who has understood it' },
      { flags: '--justification <text>', summary: 'what it was' },
    ],
    load: () => import('./watchdog/ack.js'),
  },
];

const MODES_OF_TRADING: readonly CommandSpec[] = [
  {
    name: 'mode show',
    group: 'Modes',
    summary: 'say the mode that holds, every flag behind it, and why not more',
    load: () => import('./mode/show.js'),
  },
  {
    name: 'mode set',
    group: 'Modes',
    summary: 'change where orders go, without a restart; canary and live need every condition',
    arguments: [{ form: '<mode>', summary: 'shadow, paper, canary or live', choices: MODES }],
    options: [REASON, OPERATOR, CONFIRM, YES, PLAN],
    load: () => import('./mode/set.js'),
    envelopes: ['mode.set', 'canary.start'],
  },
  {
    name: 'canary status',
    group: 'Modes',
    summary: 'say what runs, or every condition that keeps it from starting',
    options: [PLAN],
    load: () => import('./canary/status.js'),
  },
  {
    name: 'canary plan',
    group: 'Modes',
    summary: 'say what the plan leaves undecided; write one, or lock the evidence',
    options: [
      PLAN,
      { flags: '--init', summary: 'write a template with every field, none decided' },
      { flags: '--lock', summary: 'keep the evidence; nothing may change from then on' },
      {
        flags: '--decision <word>',
        summary: 'GO or NO-GO, for the decision record',
        read: choice('GO', 'NO-GO'),
      },
      REASON,
      OPERATOR,
    ],
    load: () => import('./canary/plan.js'),
  },
  {
    name: 'canary start',
    group: 'Modes',
    summary: 'start what was planned, approved and locked',
    options: [PLAN, REASON, OPERATOR, CONFIRM],
    load: () => import('./canary/start.js'),
  },
  {
    name: 'canary step',
    group: 'Modes',
    summary: 'take another share; goes on where it was held',
    options: [
      { flags: '--to <percent>', summary: 'share of the entries, 1 to 100', read: percent },
      REASON,
      OPERATOR,
      YES,
    ],
    load: () => import('./canary/step.js'),
  },
  {
    name: 'canary hold',
    group: 'Modes',
    summary: 'route no further entry; never asks',
    options: [REASON, OPERATOR],
    load: () => import('./canary/hold.js'),
  },
  {
    name: 'canary rollback',
    group: 'Modes',
    summary: 'back to shadow now; never asks',
    options: [REASON, OPERATOR],
    load: () => import('./canary/rollback.js'),
  },
];

const SHADOW_RUN_DIR: ArgumentSpec = {
  form: '<dir>',
  summary: 'folder with the evidence of the run',
  values: 'directory',
};
const FIGURES_FILE: ArgumentSpec = {
  form: '<file>',
  summary: 'JSON file with the figures',
  values: 'file',
};

const READINESS: readonly CommandSpec[] = [
  {
    name: 'readiness',
    group: 'Modes',
    summary: 'say what is proven and what is missing before a canary or live (0 only GO)',
    options: [
      {
        flags: '--for <target>',
        summary: 'canary (default) or live',
        read: choice('canary', 'live'),
      },
      { flags: '--explain <item>', summary: 'one item in full, e.g. LR-031' },
      {
        flags: '--state-files <dir>',
        summary: 'folder of LR-TASKS.yaml and the LR state files',
        read: path,
        configKey: 'doctor.stateFiles',
        values: 'directory',
      },
      PLAN,
    ],
    envelopes: ['readiness', 'readiness.explain'],
    load: () => import('./readiness/readiness.js'),
  },
  {
    name: 'readiness guard',
    group: 'Modes',
    summary: 'check LR state files by rules V000 to V015 (0 valid, 1 violation, 2 no manifest)',
    arguments: [
      {
        form: '<dir>',
        summary: 'folder of LR-TASKS.yaml and its state files',
        values: 'directory',
      },
    ],
    load: () => import('./readiness/guard.js'),
  },
];

const EVALUATE: readonly CommandSpec[] = [
  {
    name: 'evaluate gate',
    group: 'Evaluate offline',
    summary: 'decide recorded inputs; one NDJSON line each',
    arguments: [INPUT_FILE],
    options: [{ ...THRESHOLDS, summary: `${THRESHOLDS.summary}; reference here` }],
    load: () => import('./evaluate/gate.js'),
  },
  {
    name: 'evaluate bundle',
    group: 'Evaluate offline',
    summary: 'build order bundles from recorded inputs; one NDJSON line each',
    arguments: [INPUT_FILE],
    load: () => import('./evaluate/bundle.js'),
  },
  {
    name: 'evaluate shadow-gate',
    group: 'Evaluate offline',
    summary: 'judge a shadow run by the ten checks of LR-030 (0 PASS, 1 FAIL)',
    arguments: [SHADOW_RUN_DIR],
    options: [KEEP_PROOF],
    load: () => import('./evaluate/shadow-gate.js'),
  },
  {
    name: 'evaluate shadow-compare',
    group: 'Evaluate offline',
    summary: 'compare the metrics of a shadow run with their thresholds, LR-031 (0 only PASS)',
    arguments: [SHADOW_RUN_DIR],
    options: [
      {
        flags: '--limits <file>',
        summary: 'thresholds of this JSON file instead of those of this build; not with --write',
        values: 'file',
      },
      KEEP_PROOF,
    ],
    load: () => import('./evaluate/shadow-compare.js'),
  },
  {
    name: 'evaluate validation-window',
    group: 'Evaluate offline',
    summary: 'judge 72 h of shadow by the rules and hard aborts of LR-007 (0 only PASS)',
    arguments: [FIGURES_FILE],
    options: [KEEP_PROOF],
    load: () => import('./evaluate/validation-window.js'),
  },
  {
    name: 'evaluate paper-period',
    group: 'Evaluate offline',
    summary: 'judge five days of paper trading (0 only PASS)',
    arguments: [FIGURES_FILE],
    load: () => import('./evaluate/paper-period.js'),
  },
  {
    name: 'evaluate recovery',
    group: 'Evaluate offline',
    summary: 'judge a recovery drill of LR-041 or LR-042 (0 only PASS)',
    arguments: [FIGURES_FILE],
    options: [KEEP_PROOF],
    load: () => import('./evaluate/recovery.js'),
  },
  {
    name: 'evaluate replay-twice',
    group: 'Evaluate offline',
    summary: 'fold a trades file twice; both passes have to say the same, LR-021 (0 only PASS)',
    arguments: [
      { form: '<file>', summary: '"sample" or trades (.csv.gz, .ndjson)', values: 'feed' },
    ],
    options: [THRESHOLDS, SET, SEED, SYMBOLS, KEEP_PROOF],
    load: () => import('./evaluate/replay-twice.js'),
  },
  {
    name: 'proof paper-e2e',
    group: 'Evaluate offline',
    summary:
      'prove signal to result on an engine of its own: a fill, RC_020, RC_001 (0 as demanded)',
    options: [KEEP_PROOF],
    load: () => import('./proof/paper-e2e.js'),
  },
  {
    name: 'proof shadow-probe',
    group: 'Evaluate offline',
    summary: 'prove that shadow refuses an order, on an engine of its own (0 refused, filled 0)',
    options: [KEEP_PROOF],
    load: () => import('./proof/shadow-probe.js'),
  },
  {
    name: 'evaluate soak-gate',
    group: 'Evaluate offline',
    summary: 'judge the evidence of a 72 h soak (0 only for PASS)',
    arguments: [EVIDENCE_DIR],
    options: [KEEP_PROOF],
    load: () => import('./evaluate/soak-gate.js'),
  },
  {
    name: 'evaluate early-fail',
    group: 'Evaluate offline',
    summary: 'say whether a run is still worth its time (0 yes, 1 not); look at 0, 31, 75 min',
    arguments: [EVIDENCE_DIR],
    options: [
      {
        flags: '--intent <word>',
        summary: 'what the run has to be for (default lr030)',
        read: choice(...SOAK_INTENTS),
      },
      { flags: '--over', summary: 'the run has ended: nobody has to write on' },
    ],
    load: () => import('./evaluate/early-fail.js'),
  },
  {
    name: 'replay',
    group: 'Evaluate offline',
    summary: 'fold a trades file through the core as fast as it can',
    arguments: [
      { form: '<file>', summary: '"sample" or trades (.csv.gz, .ndjson)', values: 'feed' },
    ],
    options: [
      THRESHOLDS,
      SET,
      SEED,
      SYMBOLS,
      {
        flags: '--emit <kinds>',
        summary: EMIT_KINDS.join(','),
        read: choiceList(...EMIT_KINDS),
      },
      {
        flags: '--mode <mode>',
        summary: 'shadow or paper (default paper)',
        read: choice('shadow', 'paper'),
      },
    ],
    envelopes: [],
    load: () => import('./replay.js'),
  },
];

const SCOPE: ArgumentSpec = {
  form: '<scope>',
  summary: 'one word, e.g. migrations',
  values: 'gate scope',
};

const GATE: readonly CommandSpec[] = [
  {
    name: 'gate list',
    group: 'Set up',
    summary: 'list what the delivery gate allows now, and what is wrong with its file',
    options: [FIELDS],
    load: () => import('./gate/list.js'),
  },
  {
    name: 'gate open',
    group: 'Set up',
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
      { flags: '--yes', summary: 'do not ask' },
    ],
    load: () => import('./gate/open.js'),
  },
  {
    name: 'gate close',
    group: 'Set up',
    summary: 'take back every opening of a scope',
    arguments: [SCOPE],
    load: () => import('./gate/close.js'),
  },
  {
    name: 'gate check',
    group: 'Set up',
    summary: 'say whether a scope is open (0 open, 1 closed and why)',
    arguments: [SCOPE],
    load: () => import('./gate/check.js'),
  },
];

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

const SCHEMA: readonly CommandSpec[] = [
  {
    name: 'doctor',
    group: 'Observe',
    summary: 'examine everything once: effects, not pings (0 well or warnings, 1 not)',
    options: [
      { flags: '--daily', summary: 'as the report of the day, compared with the one before' },
      {
        flags: '--write',
        summary: 'with --daily: keep it in the state directory, as Markdown and JSON',
      },
      {
        flags: '--from <file>',
        summary: 'judge a recorded state instead of what is there now',
        values: 'file',
      },
      { flags: '--list', summary: 'say what would be examined' },
      { flags: '--only <a,b>', summary: 'only these checks: ids, or "postgres.*"', read: list },
      { flags: '--skip <a,b>', summary: 'all but these', read: list },
      { flags: '--group <name>', summary: 'only this group', read: choice(...GROUPS) },
      { flags: '--offline', summary: 'ask nothing beyond the configured stores: no venue, no CI' },
      {
        flags: '--logs <path>',
        summary: 'logs of a stack: a file, or a directory with one log for each service',
        values: 'file',
        configKey: 'doctor.logs',
      },
      { flags: '--strict', summary: 'warnings too end with 1' },
      { flags: '--fix', summary: 'do what is safe and can be taken back: rights of secret files' },
      { ...DRY_RUN, summary: 'with --fix: say what would be done' },
      { ...YES, summary: 'with --fix: do not ask' },
      {
        flags: '--bundle <file>',
        summary: 'write what a helper needs to FILE.tgz here, secrets masked',
        values: 'file',
      },
    ],
    envelopes: ['doctor', 'doctor.list', 'doctor.daily'],
    load: () => import('./doctor/doctor.js'),
  },
  {
    name: 'drift',
    group: 'Audit',
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
    load: () => import('./drift/drift.js'),
  },
  {
    name: 'contracts list',
    group: 'Audit',
    summary: 'list the tables that have a contract',
    options: [CONTRACTS_DIR, FIELDS],
    load: () => import('./contracts/list.js'),
  },
  {
    name: 'contracts show',
    group: 'Audit',
    summary: 'print the contract of a table',
    arguments: [{ form: '<table>', summary: 'e.g. risk_events', values: 'table' }],
    options: [CONTRACTS_DIR],
    load: () => import('./contracts/show.js'),
  },
  {
    name: 'contracts check',
    group: 'Audit',
    summary: 'compare contracts with what this build sends (0 match, 1 not); needs no database',
    arguments: [TABLES_ARGUMENT],
    options: [
      { flags: '--streams', summary: 'compare entries of the streams with their events instead' },
      CONTRACTS_DIR,
      ANNOTATIONS,
    ],
    load: () => import('./contracts/check.js'),
  },
  {
    name: 'contracts snapshot',
    group: 'Audit',
    summary: 'write contracts as the live tables and this build are now',
    arguments: [TABLES_ARGUMENT],
    options: [{ flags: '--dry-run', summary: 'say what would be written' }, CONTRACTS_DIR],
    load: () => import('./contracts/snapshot.js'),
  },
];

const SET_UP: readonly CommandSpec[] = [
  {
    name: 'migrate status',
    group: 'Set up',
    summary: 'list the migrations of the database, applied and pending',
    options: [{ flags: '--exit-code', summary: 'exit 1 unless nothing is pending' }, FIELDS],
    load: () => import('./migrate/status.js'),
  },
  {
    name: 'migrate plan',
    group: 'Set up',
    summary: 'say what up would do: effects, locks, risks, contracts, losses; changes nothing',
    options: [
      { flags: '--out <file>', summary: 'freeze it, for migrate up --plan', values: 'file' },
      { flags: '--exit-code', summary: 'exit 1 when something is pending' },
    ],
    load: () => import('./migrate/plan.js'),
  },
  {
    name: 'migrate up',
    group: 'Set up',
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
    load: () => import('./migrate/up.js'),
  },
  {
    name: 'migrate down',
    group: 'Set up',
    summary: 'take back what stands above a migration, where it has a reverse',
    options: [
      { flags: '--to <id>', summary: 'the newest migration that stays, e.g. 0009' },
      REASON,
      CONFIRM,
      DRY_RUN,
      { ...YES, summary: 'is no answer here: the reason and the target are' },
    ],
    load: () => import('./migrate/down.js'),
  },
  {
    name: 'migrate verify',
    group: 'Set up',
    summary: 'compare files, history and live schema; says exactly what is open (exit 1)',
    options: [FIELDS],
    load: () => import('./migrate/verify.js'),
  },
  {
    name: 'migrate baseline',
    group: 'Set up',
    summary: 'take over a database of the old stack; every row stays; asks first',
    options: [DRY_RUN, YES],
    load: () => import('./migrate/baseline.js'),
  },
  {
    name: 'migrate new',
    group: 'Set up',
    summary: 'begin a migration under the next free number',
    arguments: [{ form: '<name>', summary: 'e.g. add_risk_events' }],
    options: [DRY_RUN],
    load: () => import('./migrate/new.js'),
  },
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
    options: [{ flags: '--origin', summary: 'say where each value came from' }, FIELDS],
    load: () => import('./config/show.js'),
  },
  {
    name: 'config get',
    group: 'Set up',
    summary: 'print one effective value',
    arguments: [{ form: '<key>', summary: 'e.g. metrics.port', values: 'config key' }],
    load: () => import('./config/get.js'),
  },
  {
    name: 'config set',
    group: 'Set up',
    summary: 'write one key to ./cdb.yaml (or --config); keeps its comments',
    arguments: [
      { form: '<key>', summary: 'e.g. metrics.port', values: 'config key' },
      { form: '<value>', summary: 'never a secret', values: 'config value' },
    ],
    options: [{ flags: '--dry-run', summary: 'say what would be written' }],
    load: () => import('./config/set.js'),
  },
  {
    name: 'config diff',
    group: 'Set up',
    summary: 'compare what two files mean (0 the same, 1 not)',
    arguments: [
      { form: '<a>', summary: 'configuration file', values: 'file' },
      { form: '<b>', summary: 'configuration file', values: 'file' },
    ],
    load: () => import('./config/diff.js'),
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
    summary: 'say what a code means, or why a signal, order or fill came about',
    arguments: [
      {
        form: '<code-or-id>',
        summary: 'CDB-Exxxx, RC_…, RK_…, or how the id of a signal, decision, order or fill begins',
        values: 'code',
      },
    ],
    load: () => import('./explain.js'),
  },
  {
    name: 'help',
    group: 'Set up',
    summary: `explain a command or a topic: ${HELP_TOPIC_NAMES.join(', ')}`,
    arguments: [{ form: '[topic...]', summary: 'a command or a topic', values: 'topic' }],
    options: [{ flags: '--tree', summary: 'every command with its arguments and options' }],
    envelopes: ['help', 'help.tree', 'help.schema'],
    load: () => import('./help.js'),
  },
  {
    name: 'completion',
    group: 'Set up',
    summary: 'print or install completion for a shell',
    arguments: [
      { form: '<shell>', summary: 'bash, zsh or fish', choices: ['bash', 'zsh', 'fish'] },
    ],
    options: [{ flags: '--install', summary: 'write it where the shell looks for it' }],
    load: () => import('./completion.js'),
  },
  {
    name: '__complete',
    group: 'Set up',
    summary: 'what may follow on a line; asked by the completion of a shell',
    arguments: [{ form: '[words...]', summary: 'the line up to the cursor' }],
    hidden: true,
    envelopes: [],
    load: () => import('./completion/complete.js'),
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
  ...SOAK,
  ...AUDIT,
  ...STOP_TRADING,
  ...MODES_OF_TRADING,
  ...READINESS,
  ...EVALUATE,
  ...SCHEMA,
  ...GATE,
  ...SET_UP,
];
