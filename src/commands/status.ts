import { EXIT } from '../operator-error.js';
import type { CommandIo } from './command-io.js';
import type { OperatorServices } from './operator-ports.js';
import { printResult } from './output/envelope.js';
import type { ParsedOptions } from './parsed-options.js';
import { answerData, answerText, askStatus, type StatusAnswer } from './status-answer.js';
import { watchStatus } from './status-watch.js';

/**
 * 0 effects flow (of the engine, or of the stack in a configured Redis while none runs), 1 degraded or
 * not running, 4 no answer. Starts nothing.
 */
export async function run(
  options: ParsedOptions,
  io: CommandIo,
  services: OperatorServices,
): Promise<number> {
  const ports = await services.operator(options, io);
  const everyMs = options.number('watchMs');
  if (everyMs !== undefined) return watchStatus(io, ports, everyMs);
  const answer = await askStatus(ports);
  printResult(io, {
    command: 'status',
    data: answerData(answer),
    text: () => answerText(answer, io.nowMs()),
  });
  return flows(answer) ? EXIT.OK : EXIT.FINDING;
}

function flows(answer: StatusAnswer): boolean {
  if (answer.state === 'running') return answer.view.word === 'EFFECTS FLOW';
  const { stack } = answer.left;
  return stack?.state === 'seen' && stack.view.word === 'EFFECTS FLOW';
}
