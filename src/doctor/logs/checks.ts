import type { Check } from '../check.js';
import { reachCheck } from '../reach.js';
import { logAge } from './age.js';
import { crashes } from './crashes.js';
import { RISK_LOG_CHECKS } from './risk-checks.js';
import { LOG_WINDOW_MS, SERVICE_LOG_CHECKS } from './service-checks.js';
import { TOKEN_CHECKS } from './token-checks.js';

const reach = reachCheck('logs', {
  id: 'logs.reach',
  group: 'logs',
  level: 'P2',
  title: 'the logs that are configured can be read',
  matters: 'a service that fails says so in its log and nowhere else',
  components: ['services'],
  windowMs: LOG_WINDOW_MS,
  remedy: {
    does: 'name a file or directory that is there, and a zone that exists',
    command: 'cdb config show --origin',
    risk: 'none: it only reads',
    gate: null,
  },
});

export const LOG_CHECKS: readonly Check[] = [
  reach,
  logAge,
  ...TOKEN_CHECKS,
  ...RISK_LOG_CHECKS,
  crashes,
  ...SERVICE_LOG_CHECKS,
];
