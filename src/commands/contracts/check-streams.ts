import { EXIT } from '../../operator-error.js';
import {
  CHECKED_STREAMS,
  compareEntries,
  type EntryFinding,
} from '../../schema/contracts/compare-entries.js';
import type { CommandIo } from '../command-io.js';
import type { OperatorServices } from '../operator-ports.js';
import { printResult } from '../output/envelope.js';
import type { ParsedOptions } from '../parsed-options.js';
import { readPage } from '../streams/stream-source.js';
import { plainText } from '../../view/plain-text.js';

/** Of each stream the newest entries. */
const SAMPLE = 200;

interface CheckedStream {
  readonly stream: string;
  readonly from: 'engine' | 'redis' | 'files';
  readonly sampled: number;
  readonly findings: readonly EntryFinding[];
}

/** Live entries against the fields of the events; of the running engine, of Redis, or on disk. */
export async function checkStreams(
  options: ParsedOptions,
  io: CommandIo,
  services: OperatorServices,
): Promise<number> {
  const ports = await services.operator(options, io);
  const checked: CheckedStream[] = [];
  for (const stream of CHECKED_STREAMS) {
    const { page, from } = await readPage(ports, { name: stream, start: 'newest', limit: SAMPLE });
    const entries = page?.entries ?? [];
    checked.push({
      stream,
      from,
      sampled: entries.length,
      findings: compareEntries(stream, entries),
    });
  }
  const findings = checked.flatMap((one) => one.findings);
  const exit = findings.some(({ level }) => level === 'FAIL') ? EXIT.FINDING : EXIT.OK;
  printResult(io, {
    command: 'contracts.check',
    data: {
      verdict: exit === EXIT.OK ? 'match' : 'drift',
      streams: checked.map(({ stream, from, sampled }) => ({ stream, from, sampled })),
      findings,
    },
    rows: findings,
    text: () => [...checked.map(streamText), lastLine(checked, findings, exit)].join(''),
  });
  return exit;
}

function streamText({ stream, from, sampled, findings }: CheckedStream): string {
  const verdict = sampled === 0 ? 'nothing there' : findings.length === 0 ? 'OK' : 'differs';
  return [
    `${stream.padEnd(28)}  ${verdict.padEnd(13)}  ${sampled} entries from ${from}\n`,
    ...findings.map(({ level, words }) => `  ${level}  ${plainText(words)}\n`),
  ].join('');
}

function lastLine(
  checked: readonly CheckedStream[],
  findings: readonly EntryFinding[],
  exit: number,
): string {
  if (checked.every(({ sampled }) => sampled === 0)) {
    return `nothing was looked at: no stream has an entry yet   exit ${exit}\n`;
  }
  const fails = findings.filter(({ level }) => level === 'FAIL').length;
  const warns = findings.length - fails;
  const words = findings.length === 0 ? 'OK: no drift' : `${fails} FAIL ${warns} WARN`;
  return `${words}   exit ${exit}\n`;
}
