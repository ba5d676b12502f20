import type { Check } from '../check.js';
import { reachCheck } from '../reach.js';
import { answers } from './answers.js';
import { CONTAINER_WINDOW_MS } from './container-evidence.js';
import { restartLoops } from './loops.js';
import { members } from './members.js';
import { NETWORK_CHECKS } from './networks.js';
import { OWN_ENGINE_CHECKS } from './own-engine.js';
import { resources } from './resources.js';
import { restarts } from './restarts.js';

const runtime = reachCheck('containers', {
  id: 'services.runtime',
  group: 'services',
  level: 'P2',
  title: 'the container runtime, or the record of it, can be read',
  matters: 'without it nobody knows what runs, since when, and how often it was restarted',
  components: ['services'],
  windowMs: CONTAINER_WINDOW_MS,
  remedy: {
    does: 'start the runtime, or give a fresh record of it in doctor.containers',
    command: 'docker ps -a --format json',
    risk: 'none: it only reads',
    gate: null,
  },
});

export const SERVICE_CHECKS: readonly Check[] = [
  ...OWN_ENGINE_CHECKS,
  runtime,
  restartLoops,
  members,
  restarts,
  ...NETWORK_CHECKS,
  resources,
  answers,
];
