import { inGroup } from '../command-spec.js';
import { count, countUpTo, duration, durationWithin, list } from '../option-readers.js';

export const STOP_TRADING = inGroup('Stop trading', [
  {
    name: 'kill-switch engage',
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
    load: () => import('../kill-switch/engage.js'),
  },
  {
    name: 'kill-switch status',
    summary: 'say the effective level, since when, by whom and why',
    load: () => import('../kill-switch/status.js'),
  },
  {
    name: 'kill-switch history',
    summary: 'list who changed the control register, when and why',
    options: [
      { flags: '--limit <n>', summary: 'newest entries to show (default 50)', read: count },
    ],
    load: () => import('../kill-switch/history.js'),
  },
  {
    name: 'kill-switch drill',
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
    load: () => import('../kill-switch/drill.js'),
  },
  {
    name: 'kill-switch release',
    summary: 'allow trading again; needs a name, a reason and the target retyped',
    options: [
      { flags: '--operator <name>', summary: 'who releases' },
      { flags: '--justification <text>', summary: 'why it is safe again' },
      { flags: '--confirm <target>', summary: '<mode>/kill-switch, or <mode>/<scope>, retyped' },
      { flags: '--scope <scope>', summary: 'only this strategy:ID or symbol:S' },
      { flags: '--forget <host>', summary: 'what a host that is gone for good has left' },
    ],
    load: () => import('../kill-switch/release.js'),
  },
  {
    name: 'watchdog',
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
    load: () => import('../watchdog.js'),
  },
  {
    name: 'watchdog ack',
    summary: 'acknowledge its alarm; trading stays halted until a release',
    options: [
      { flags: '--operator <name>', summary: 'who has understood it' },
      { flags: '--justification <text>', summary: 'what it was' },
    ],
    load: () => import('../watchdog/ack.js'),
  },
]);
