import { unmet } from '../../engine/control/canary-conditions.js';
import { EXIT } from '../../operator-error.js';
import type { CommandIo } from '../command-io.js';
import type { SaidCanary } from '../mode/engine-canary.js';
import { textMember } from '../mode/mode-ports.js';
import { printResult } from '../output/envelope.js';
import type { ParsedOptions } from '../parsed-options.js';
import type { Services } from '../services.js';
import { plainText } from '../../view/plain-text.js';
import { collectConditions } from './collect-conditions.js';
import { conditionsText } from './conditions-text.js';

const LINES = [
  ['session', 'sessionId'],
  ['share', 'percent'],
  ['why', 'trigger'],
  ['detail', 'detail'],
  ['orders', 'ordersSent'],
  ['open', 'openOrders'],
  ['spent USDT', 'notionalSentUsdt'],
  ['PnL USDT', 'pnlUsdt'],
  ['held', 'heldQty'],
  ['refused', 'rejects'],
  ['ran ms', 'ranMs'],
] as const;

/** What runs, or what keeps it from starting. Works with everything down. */
export async function run(
  options: ParsedOptions,
  io: CommandIo,
  services: Services,
): Promise<number> {
  const { conditions, control, said } = await collectConditions('canary', {
    options,
    io,
    services,
  });
  const { session, unwatched } = said;
  const phase = textMember(session, 'phase');
  const isCanary = control.record.mode === 'canary' || phase === 'running' || phase === 'held';
  const missing = unmet(conditions);
  printResult(io, {
    command: 'canary.status',
    data: { register_mode: control.record.mode, session, unwatched, conditions },
    text: () =>
      sessionText(control.record.mode, said) +
      // While it runs they say why it could not start again, which nobody asks.
      (isCanary ? '' : conditionsText('canary', conditions)),
  });
  if (isCanary) return phase === 'running' ? EXIT.OK : EXIT.FINDING;
  return missing.length === 0 ? EXIT.OK : EXIT.FINDING;
}

function sessionText(registerMode: string, { session, unwatched }: SaidCanary): string {
  const of = (name: string): string => String(Reflect.get(Object(session), name) ?? '-');
  if (session === null) return `CANARY none seen   register ${plainText(registerMode)}\n`;
  const head = `CANARY ${of('phase').toUpperCase()}   ${of('symbol')} on ${of('venue')}   register ${registerMode}`;
  const lines = LINES.map(([label, name]) => `  ${label.padEnd(13)}${plainText(of(name))}\n`);
  const nobody = plainText(unwatched?.join(', ') ?? 'unknown');
  return `${plainText(head)}\n${lines.join('')}  ${'not watched'.padEnd(13)}${nobody}\n`;
}
