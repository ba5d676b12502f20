import { GROUPS } from '../../doctor/groups.js';
import { inGroup } from '../command-spec.js';
import { choice, list } from '../option-readers.js';
import { DRY_RUN, YES } from './shared-options.js';
import { watchable } from './watchable.js';

export const DOCTOR = inGroup('Observe', [
  watchable('doctor', {
    name: 'doctor',
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
    load: () => import('../doctor/doctor.js'),
  }),
]);
