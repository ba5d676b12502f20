import { SOAK_INTENTS } from '../../doctor/soak/soak-evidence.js';
import { inGroup, type ArgumentSpec, type OptionSpec } from '../command-spec.js';
import { choice, choiceList } from '../option-readers.js';
import { EMIT_KINDS } from '../replay/emit-kinds.js';
import { SEED, SET, SYMBOLS, THRESHOLDS } from './shared-options.js';

const INPUT_FILE: ArgumentSpec = {
  form: '<file>',
  summary: 'JSON array, NDJSON or a vector file; - is stdin',
  values: 'file',
};

const TRADES_FILE: ArgumentSpec = {
  form: '<file>',
  summary: '"sample" or trades (.csv.gz, .ndjson)',
  values: 'feed',
};

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

const EVIDENCE_DIR: ArgumentSpec = {
  form: '<dir>',
  summary: 'folder of one run: soak_<intent>_YYYYMMDD_HHMMSS',
  values: 'directory',
};

const KEEP_PROOF: OptionSpec = {
  flags: '--write',
  summary: 'keep it as a proof in the state directory, and in its ledger',
};

export const EVALUATE = inGroup('Evaluate offline', [
  {
    name: 'evaluate gate',
    summary: 'decide recorded inputs; one NDJSON line each',
    arguments: [INPUT_FILE],
    options: [{ ...THRESHOLDS, summary: `${THRESHOLDS.summary}; reference here` }],
    load: () => import('../evaluate/gate.js'),
  },
  {
    name: 'evaluate bundle',
    summary: 'build order bundles from recorded inputs; one NDJSON line each',
    arguments: [INPUT_FILE],
    load: () => import('../evaluate/bundle.js'),
  },
  {
    name: 'evaluate shadow-gate',
    summary: 'judge a shadow run by the ten checks of LR-030 (0 PASS, 1 FAIL)',
    arguments: [SHADOW_RUN_DIR],
    options: [KEEP_PROOF],
    load: () => import('../evaluate/shadow-gate.js'),
  },
  {
    name: 'evaluate shadow-compare',
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
    load: () => import('../evaluate/shadow-compare.js'),
  },
  {
    name: 'evaluate validation-window',
    summary: 'judge 72 h of shadow by the rules and hard aborts of LR-007 (0 only PASS)',
    arguments: [FIGURES_FILE],
    options: [KEEP_PROOF],
    load: () => import('../evaluate/validation-window.js'),
  },
  {
    name: 'evaluate paper-period',
    summary: 'judge five days of paper trading (0 only PASS)',
    arguments: [FIGURES_FILE],
    load: () => import('../evaluate/paper-period.js'),
  },
  {
    name: 'evaluate recovery',
    summary: 'judge a recovery drill of LR-041 or LR-042 (0 only PASS)',
    arguments: [FIGURES_FILE],
    options: [KEEP_PROOF],
    load: () => import('../evaluate/recovery.js'),
  },
  {
    name: 'evaluate replay-twice',
    summary: 'fold a trades file twice; both passes have to say the same, LR-021 (0 only PASS)',
    arguments: [TRADES_FILE],
    options: [THRESHOLDS, SET, SEED, SYMBOLS, KEEP_PROOF],
    load: () => import('../evaluate/replay-twice.js'),
  },
  {
    name: 'proof paper-e2e',
    summary:
      'prove signal to result on an engine of its own: a fill, RC_020, RC_001 (0 as demanded)',
    options: [KEEP_PROOF],
    load: () => import('../proof/paper-e2e.js'),
  },
  {
    name: 'proof shadow-probe',
    summary: 'prove that shadow refuses an order, on an engine of its own (0 refused, filled 0)',
    options: [KEEP_PROOF],
    load: () => import('../proof/shadow-probe.js'),
  },
  {
    name: 'evaluate soak-gate',
    summary: 'judge the evidence of a 72 h soak (0 only for PASS)',
    arguments: [EVIDENCE_DIR],
    options: [KEEP_PROOF],
    load: () => import('../evaluate/soak-gate.js'),
  },
  {
    name: 'evaluate early-fail',
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
    load: () => import('../evaluate/early-fail.js'),
  },
  {
    name: 'replay',
    summary: 'fold a trades file through the core as fast as it can',
    arguments: [TRADES_FILE],
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
    load: () => import('../replay.js'),
  },
]);
