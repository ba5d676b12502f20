import { explain } from '../../engine/explain/explanation.js';
import type { IdMatch, TraceAnswer } from '../../engine/ports/decision-trace.js';
import { EXIT, OperatorError } from '../../operator-error.js';
import { readTraceAnswer } from '../../view/trace-json.js';
import { ASK_DATABASE_TIMEOUT_MS, askEngine } from '../ask-engine.js';
import type { CommandIo } from '../command-io.js';
import type { OperatorPorts, OperatorServices } from '../operator-ports.js';
import { printResult } from '../output/envelope.js';
import type { ParsedOptions } from '../parsed-options.js';
import { plainText } from '../../view/plain-text.js';
import { explanationJson } from './explanation-json.js';
import { explanationText } from './explanation-text.js';

/** As for fills: from an external database, else from the running engine, else from its own. */
export async function explainId(
  asked: string,
  options: ParsedOptions,
  io: CommandIo,
  services: OperatorServices,
): Promise<number> {
  const ports = await services.operator(options, io);
  const answer = await lookUp(ports, asked);
  if (answer === null) throw nothingWritten(asked);
  if (answer.found === 'none') throw unknownId(asked, answer.looked);
  if (answer.found === 'several') throw ambiguousId(asked, answer);
  const { trace } = answer;
  const explanation = explain(trace);
  printResult(io, {
    command: 'explain',
    data: explanationJson(trace, explanation),
    text: () => explanationText(trace, explanation, io.nowMs()),
  });
  const disagrees = explanation.judgedAgain?.agrees === false;
  return disagrees ? EXIT.FINDING : EXIT.OK;
}

async function lookUp(ports: OperatorPorts, id: string): Promise<TraceAnswer | null> {
  if (ports.readsDirectly()) return ports.withAudit((reader) => reader.trace(id));
  const request = {
    method: 'GET',
    path: `/trace/${encodeURIComponent(id)}`,
    timeoutMs: ASK_DATABASE_TIMEOUT_MS,
  } as const;
  const asked = await askEngine(ports.engine, request, readTraceAnswer);
  return asked ?? ports.withAudit((reader) => reader.trace(id));
}

function nothingWritten(asked: string): OperatorError {
  return new OperatorError({
    code: 'CDB-E0722',
    what: `Cannot explain "${plainText(asked)}": no run has written decisions here yet`,
    why: 'the state directory has no database',
    todo: 'cdb run, or give the --state-dir or database of the run',
    exit: EXIT.NOT_FOUND,
  });
}

function unknownId(asked: string, looked: readonly string[]): OperatorError {
  const places = looked.length === 0 ? 'no table that has ids' : looked.join(', ');
  return new OperatorError({
    code: 'CDB-E0720',
    what: `Cannot explain "${plainText(asked)}": nothing has an id that begins like that`,
    why: `looked in ${places}; ids look like sig-518bcafe… (signal), cdb-1f0e9d… (client order id) or 1b4e28ba-2fa1-… (decision, order, fill)`,
    todo: 'cdb fills --json and cdb blocks -f --json have ids',
    exit: EXIT.NOT_FOUND,
  });
}

function ambiguousId(
  asked: string,
  { matches, more }: { readonly matches: readonly IdMatch[]; readonly more: boolean },
): OperatorError {
  const [first] = matches;
  const lines = matches.map(({ kind, id, symbol }) => plainText(`${kind}:${id} ${symbol}`));
  return new OperatorError({
    code: 'CDB-E0721',
    what: `Cannot explain "${plainText(asked)}": ${more ? 'more than ' : ''}${matches.length} ids begin like that`,
    why: ['it may be any of', ...lines, ...(more ? ['and more'] : [])].join('\n'),
    todo:
      first === undefined
        ? 'give more of the id'
        : `give more of the id: cdb explain "${plainText(`${first.kind}:${first.id}`)}"`,
    exit: EXIT.USAGE,
  });
}
