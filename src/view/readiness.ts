import type { EngineStatus } from '../engine/ports/engine-status.js';
import { agoText } from './age.js';
import { auditSentence } from './audit-effect.js';
import { judgeEffects } from './effects.js';
import type { EffectsWatch } from './effects-watch.js';

export interface Readiness {
  readonly ready: boolean;
  /** Empty when ready; each one a sentence that an operator can act on. */
  readonly reasons: readonly string[];
}

/**
 * Ready means that effects flow and orders may leave. A halted engine answers promptly and does its
 * work, yet no order leaves it: whoever asks for readiness must hear that.
 */
export function readiness(status: EngineStatus, watch: EffectsWatch | null = null): Readiness {
  const { phase, control, audit, observedAtMs } = status;
  const reasons: string[] = [];
  if (phase !== 'running') reasons.push(`the engine is ${phase}`);
  if (control.level === 'HALTED') {
    const when = agoText(control.atMs, observedAtMs);
    reasons.push(`level is HALTED: ${control.reason}, by ${control.operator}, ${when}`);
  }
  if (audit.state !== 'ok') reasons.push(auditSentence(status));
  for (const effect of judgeEffects(status, watch)) {
    const said = audit.state !== 'ok' && effect.name === 'decisions->audit rows';
    if (said || effect.word === 'OK' || effect.word === 'IDLE') continue;
    reasons.push(`${effect.name} ${effect.word}: ${effect.reason}`);
  }
  return { ready: reasons.length === 0, reasons };
}
