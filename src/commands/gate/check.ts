import { EXIT } from '../../operator-error.js';
import { durationText } from '../../view/age.js';
import type { CommandIo } from '../command-io.js';
import { printResult } from '../output/envelope.js';
import type { ParsedOptions } from '../parsed-options.js';
import { plainText } from '../../view/plain-text.js';
import { lookAtGate } from './gate-look.js';
import type { GateServices } from './gate-services.js';
import { scopeGiven } from './scope-given.js';

/** 0: what needs this scope may happen now. 1: it may not, and why. Reads only. */
export async function run(
  options: ParsedOptions,
  io: CommandIo,
  services: GateServices,
): Promise<number> {
  const scope = scopeGiven(options, 'check');
  const nowMs = io.nowMs();
  const verdict = (await lookAtGate(await services.deliveryGate(options, io), nowMs)).judge(scope);
  const opening = verdict.open ? verdict.opening : null;
  printResult(io, {
    command: 'gate.check',
    data: {
      scope,
      open: verdict.open,
      why: verdict.open ? null : verdict.why,
      approved_by: opening?.approvedBy ?? null,
      reason: opening?.reason ?? null,
      expires_at: opening === null ? null : new Date(opening.expiresAtMs).toISOString(),
    },
    text: () =>
      verdict.open
        ? `OPEN    ${scope}   by ${plainText(verdict.opening.approvedBy)}, for another ${durationText(verdict.opening.expiresAtMs - nowMs)}, once: ${plainText(verdict.opening.reason)}\n`
        : `CLOSED  ${scope}   ${plainText(verdict.why)}\n`,
  });
  return verdict.open ? EXIT.OK : EXIT.FINDING;
}
