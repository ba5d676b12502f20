import type { ClosedFile } from '../../engine/ports/delivery-gate.js';
import { EXIT } from '../../operator-error.js';
import type { CommandIo } from '../command-io.js';
import { operatorName } from '../operator-name.js';
import { printResult } from '../output/envelope.js';
import type { ParsedOptions } from '../parsed-options.js';
import { plainText } from '../../view/plain-text.js';
import { closeGate } from './close-gate.js';
import type { GateServices } from './gate-services.js';
import { scopeGiven } from './scope-given.js';

const REASON = 'closed by hand';

/** One step, without a question. What was closed stays closed, committed or not. */
export async function run(
  options: ParsedOptions,
  io: CommandIo,
  services: GateServices,
): Promise<number> {
  const scope = scopeGiven(options, 'close');
  const gate = await services.deliveryGate(options, io);
  const closing = { scope, atMs: io.nowMs(), by: operatorName(io.env), reason: REASON };
  const { files, recordFault } = await closeGate(gate, closing);
  const faults = [
    ...(recordFault === '' ? [] : [`it is not on record: ${recordFault}`]),
    ...files.filter(({ outcome }) => outcome === 'failed').map(({ why }) => why),
  ];
  printResult(io, {
    command: 'gate.close',
    data: { scope, files, faults },
    text: () =>
      [
        ...faults.map((fault) => plainText(`PARTIAL ${fault}`)),
        ...files.map(({ file, outcome }) => plainText(`${file}   ${WORDS[outcome]}`)),
        ...(files.some(({ outcome }) => outcome === 'closed') ? ['next: commit the file'] : []),
        '',
      ].join('\n'),
  });
  return faults.length === 0 ? EXIT.OK : EXIT.UNREACHABLE;
}

const WORDS: Readonly<Record<ClosedFile['outcome'], string>> = {
  closed: 'CLOSED',
  unchanged: 'was closed already',
  absent: 'does not exist, which is closed',
  failed: 'NOT CHANGED',
};
