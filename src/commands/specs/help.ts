import { inGroup } from '../command-spec.js';
import { HELP_TOPIC_NAMES } from '../help/topic-names.js';

export const HELP = inGroup('Set up', [
  {
    name: 'explain',
    summary: 'say what a code means, or why a signal, order or fill came about',
    arguments: [
      {
        form: '<code-or-id>',
        summary: 'CDB-Exxxx, RC_…, RK_…, or how the id of a signal, decision, order or fill begins',
        values: 'code',
      },
    ],
    load: () => import('../explain.js'),
  },
  {
    name: 'help',
    summary: `explain a command or a topic: ${HELP_TOPIC_NAMES.join(', ')}`,
    arguments: [{ form: '[topic...]', summary: 'a command or a topic', values: 'topic' }],
    options: [{ flags: '--tree', summary: 'every command with its arguments and options' }],
    envelopes: ['help', 'help.tree', 'help.schema'],
    load: () => import('../help.js'),
  },
  {
    name: 'completion',
    summary: 'print or install completion for a shell',
    arguments: [
      { form: '<shell>', summary: 'bash, zsh or fish', choices: ['bash', 'zsh', 'fish'] },
    ],
    options: [{ flags: '--install', summary: 'write it where the shell looks for it' }],
    load: () => import('../completion.js'),
  },
  {
    name: '__complete',
    summary: 'what may follow on a line; asked by the completion of a shell',
    arguments: [{ form: '[words...]', summary: 'the line up to the cursor' }],
    hidden: true,
    envelopes: [],
    load: () => import('../completion/complete.js'),
  },
  {
    name: 'version',
    summary: 'print version, commit and runtime',
    load: () => import('../version.js'),
  },
]);
