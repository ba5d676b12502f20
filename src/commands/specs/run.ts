import { inGroup } from '../command-spec.js';
import { duration, port, speed } from '../option-readers.js';
import { GRACE, SEED, SET, SYMBOLS, THRESHOLDS } from './shared-options.js';

export const RUN = inGroup('Run', [
  {
    name: 'run',
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
    load: () => import('../run.js'),
  },
  {
    name: 'stop',
    summary: 'drain the running engine, then end it',
    options: [GRACE, { flags: '--drain', summary: 'wait for the drain however long it takes' }],
    load: () => import('../stop.js'),
  },
  {
    name: 'restart',
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
    load: () => import('../restart.js'),
  },
]);
