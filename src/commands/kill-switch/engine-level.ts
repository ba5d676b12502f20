import { STOP_PROMISE_MS } from '../../engine/control/stop-outcome.js';
import type { EffectiveControl } from '../../engine/control/register.js';
import { mostRestrictive, type Level, whyOf } from '../../engine/domain/control.js';
import type { SystemView } from '../../view/system-view.js';
import { readSystemView } from '../../view/view-json.js';
import type { KillSwitch } from './kill-switch-ports.js';

/** A running engine that holds stricter than the register of its state directory. */
export interface StricterEngine {
  readonly control: SystemView['control'] & { readonly level: Level };
  /** Other hosts share its run, and one of them may be what holds. */
  readonly isShared: boolean;
}

/** Null when no engine runs, none answers, or it holds what the register says. Never throws. */
export async function stricterEngine(
  killSwitch: KillSwitch,
  { record }: Pick<EffectiveControl, 'record'>,
): Promise<StricterEngine | null> {
  const request = { method: 'GET', path: '/view', timeoutMs: STOP_PROMISE_MS } as const;
  const answer = await killSwitch.client.call(request).catch(() => null);
  if (answer?.state !== 'answered' || answer.status !== 200) return null;
  const view = readSystemView(answer.body);
  if (view === null) return null;
  const level = levelOf(view);
  if (level === record.level || mostRestrictive([level, record.level]) !== level) return null;
  return { control: { ...view.control, level }, isShared: view.shared !== null };
}

/** A level that this build does not know is taken for the strictest. */
function levelOf({ control }: SystemView): Level {
  const { level } = control;
  return level === 'TRADING' || level === 'REDUCING' ? level : 'HALTED';
}

/** Who halted, and where that is taken back. */
export function stricterWords({ control, isShared }: StricterEngine): string {
  const why = whyOf(control);
  const where = isShared
    ? '; release it on the host where it was engaged'
    : '; what it halted by itself could not be written, so release once more';
  return `${control.level} by ${control.operator} (${why})${where}`;
}
