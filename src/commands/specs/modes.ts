import { MODES } from '../../engine/domain/control.js';
import { inGroup, type OptionSpec } from '../command-spec.js';
import { choice, path, percent } from '../option-readers.js';
import { CONFIRM, OPERATOR, REASON, YES } from './shared-options.js';
import { watchable } from './watchable.js';

const PLAN: OptionSpec = {
  flags: '--plan <file>',
  summary: 'plan of the canary (default canary-plan.yaml)',
  values: 'file',
};

export const MODES_OF_TRADING = inGroup('Modes', [
  watchable('control', {
    name: 'mode show',
    summary: 'say the mode that holds, every flag behind it, and why not more',
    load: () => import('../mode/show.js'),
  }),
  {
    name: 'mode set',
    summary: 'change where orders go, without a restart; canary and live need every condition',
    arguments: [{ form: '<mode>', summary: 'shadow, paper, canary or live', choices: MODES }],
    options: [REASON, OPERATOR, CONFIRM, YES, PLAN],
    load: () => import('../mode/set.js'),
    envelopes: ['mode.set', 'canary.start'],
  },
  {
    name: 'canary status',
    summary: 'say what runs, or every condition that keeps it from starting',
    options: [PLAN],
    load: () => import('../canary/status.js'),
  },
  {
    name: 'canary plan',
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
    load: () => import('../canary/plan.js'),
  },
  {
    name: 'canary start',
    summary: 'start what was planned, approved and locked',
    options: [PLAN, REASON, OPERATOR, CONFIRM],
    load: () => import('../canary/start.js'),
  },
  {
    name: 'canary step',
    summary: 'take another share; goes on where it was held',
    options: [
      { flags: '--to <percent>', summary: 'share of the entries, 1 to 100', read: percent },
      REASON,
      OPERATOR,
      YES,
    ],
    load: () => import('../canary/step.js'),
  },
  {
    name: 'canary hold',
    summary: 'route no further entry; never asks',
    options: [REASON, OPERATOR],
    load: () => import('../canary/hold.js'),
  },
  {
    name: 'canary rollback',
    summary: 'back to shadow now; never asks',
    options: [REASON, OPERATOR],
    load: () => import('../canary/rollback.js'),
  },
  {
    name: 'readiness',
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
    load: () => import('../readiness/readiness.js'),
  },
  {
    name: 'readiness guard',
    summary: 'check LR state files by rules V000 to V015 (0 valid, 1 violation, 2 no manifest)',
    arguments: [
      {
        form: '<dir>',
        summary: 'folder of LR-TASKS.yaml and its state files',
        values: 'directory',
      },
    ],
    load: () => import('../readiness/guard.js'),
  },
]);
