import { SOAK_INTENTS } from '../../doctor/soak/soak-evidence.js';
import { LOG_LEVELS } from '../../engine/ports/logger.js';
import { THEMES, VIEWS } from '../../view/screen-names.js';
import { inGroup, type ArgumentSpec } from '../command-spec.js';
import { LOG_LINES_MAX } from '../logs/lines-max.js';
import { choice, countUpTo, durationWithin, list } from '../option-readers.js';
import { COUNT, FIELDS, FOLLOW, SINCE } from './shared-options.js';
import { WATCH, watchable } from './watchable.js';

const STREAM_NAME: ArgumentSpec = {
  form: '<name>',
  summary: 'stream name, e.g. stream.fills',
  values: 'stream',
};

export const OBSERVE = inGroup('Observe', [
  {
    name: 'status',
    summary: 'do effects flow? (0 yes, 1 degraded or not running, 4 no answer)',
    options: [WATCH],
    load: () => import('../status.js'),
  },
  {
    name: 'dashboard',
    summary: 'everything on one screen; K, then y stops trading',
    options: [
      { flags: '--control', summary: 'allow more than the kill switch; each change is asked for' },
      { flags: '--view <name>', summary: `begin with ${VIEWS.join(', ')}`, read: choice(...VIEWS) },
      {
        flags: '--interval <time>',
        summary: 'draw every 500ms (the default), from 100ms to 5s',
        key: 'intervalMs',
        read: durationWithin(100, 5_000, 'from 100ms to 5s'),
      },
      {
        flags: '--record <file>',
        summary: 'keep what is shown, to replay it later',
        values: 'file',
      },
      { flags: '--replay <file>', summary: 'show a recording, with the same keys', values: 'file' },
      { flags: '--snapshot <file>', summary: 'write one screen as text, and end', values: 'file' },
      { flags: '--theme <name>', summary: THEMES.join(', '), read: choice(...THEMES) },
      { flags: '--ascii', summary: 'no character beyond ASCII' },
      {
        flags: '--screen-reader',
        summary: 'no screen: one sentence for each change; ACCESSIBLE=1 does the same',
      },
    ],
    envelopes: [],
    load: () => import('../dashboard.js'),
  },
  watchable('logs', {
    name: 'logs',
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
    load: () => import('../logs.js'),
  }),
  watchable('fills', {
    name: 'fills',
    summary: 'list executed orders',
    options: [
      SINCE,
      { flags: '--symbol <symbol>', summary: 'only this symbol', values: 'symbol' },
      { flags: '--strategy <id>', summary: 'only this strategy', values: 'strategy' },
      COUNT,
      FOLLOW,
      FIELDS,
    ],
    load: () => import('../fills.js'),
  }),
  watchable('blocks', {
    name: 'blocks',
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
    load: () => import('../blocks.js'),
  }),
  watchable('streams', {
    name: 'streams list',
    summary: 'list the streams with length and age',
    options: [FIELDS],
    load: () => import('../streams/list.js'),
  }),
  {
    name: 'streams tail',
    summary: 'print the newest entries of one stream',
    arguments: [STREAM_NAME],
    options: [COUNT, FOLLOW, FIELDS],
    load: () => import('../streams/tail.js'),
  },
  {
    name: 'streams peek',
    summary: 'print one entry with all its fields in full',
    arguments: [STREAM_NAME, { form: '<id>', summary: 'as streams tail prints it, e.g. 812-0' }],
    load: () => import('../streams/peek.js'),
  },
  {
    name: 'streams lag',
    summary: 'say how far publication is behind, and the newest entry of each stream',
    options: [FIELDS],
    load: () => import('../streams/lag.js'),
  },
  {
    name: 'soak start',
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
    load: () => import('../soak/start.js'),
  },
  {
    name: 'soak status',
    summary: 'say what is recorded, and whether it can still pass (0 yes, 1 not)',
    load: () => import('../soak/status.js'),
  },
]);
