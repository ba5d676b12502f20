import { resolve } from 'node:path';
import { CHECKS } from '../../doctor/checks.js';
import { freshPass, type FreshPass, type PassAsked } from '../../doctor/report/fresh-pass.js';
import type { KillSwitch } from '../kill-switch/kill-switch-ports.js';

/** Whether a check-up that was kept in this state directory vouches for the system now. */
export function keptPass(
  killSwitch: Pick<KillSwitch, 'newestReport'>,
  { stateDir, ...asked }: Omit<PassAsked, 'checkIds'>,
): FreshPass {
  const checkIds = CHECKS.map(({ id }) => id);
  return freshPass(killSwitch.newestReport(), { ...asked, stateDir: resolve(stateDir), checkIds });
}
