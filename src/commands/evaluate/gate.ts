import { judgeGate } from '../../engine/domain/gate.js';
import { readGateInput } from '../../engine/domain/gate-input.js';
import type { GateEvidence } from '../../engine/domain/events.js';
import { isExactObject } from '../../engine/domain/exact-json.js';
import { floatText } from '../../engine/domain/float-text.js';
import { THRESHOLD_SETS, type GateThresholds } from '../../engine/domain/thresholds.js';
import { EXIT } from '../../operator-error.js';
import type { CommandIo } from '../command-io.js';
import type { ParsedOptions } from '../parsed-options.js';
import { badInput } from './input-lines.js';
import { evaluateInputs } from './inputs.js';
import { writeResults } from './results.js';

/** Judges recorded inputs with the gate; one line of JSON each. */
export async function run(options: ParsedOptions, io: CommandIo): Promise<number> {
  const set = options.text('thresholds') === 'default' ? 'default' : 'reference';
  const verdicts = judged(options.text('file') ?? '-', io, THRESHOLD_SETS[set].gate);
  await writeResults(io, 'evaluate.gate', verdicts);
  return EXIT.OK;
}

async function* judged(
  file: string,
  io: CommandIo,
  limits: GateThresholds,
): AsyncGenerator<string> {
  for await (const { value, place } of evaluateInputs(file, io)) {
    if (!isExactObject(value)) {
      throw badInput(`${place}: required an object with signal, market_state and now_ms`);
    }
    yield verdictLine(judgeGate(readGateInput(value), limits));
  }
}

function verdictLine(gate: GateEvidence): string {
  const members = [
    `"decision":"${gate.decision}"`,
    `"reason_code":${JSON.stringify(gate.reasonCode)}`,
    `"staleness_s":${seconds(gate.stalenessSec)}`,
    `"data_silence_s":${seconds(gate.dataSilenceSec)}`,
  ];
  return `{${members.join(',')}}`;
}

function seconds(value: number | null): string {
  return value !== null && Number.isFinite(value) ? floatText(value) : 'null';
}
