import { nearest } from '../../config/nearest.js';
import { STREAM_LIST, streamForTopic, streamSpec } from '../../engine/domain/wire/streams.js';
import { EXIT, OperatorError } from '../../operator-error.js';
import type { OperatorPorts, ReadableLog } from '../operator-ports.js';
import { plainText } from '../../view/plain-text.js';

/** @throws OperatorError (exit 8) for a name that is neither there nor one of the wire */
export async function requireKnownStream(
  ports: Pick<OperatorPorts, 'withEventLog' | 'stack'>,
  name: string,
  verb: 'tail' | 'peek',
): Promise<void> {
  if (streamSpec(name) !== undefined) return;
  const meant = streamForTopic(name);
  const names = STREAM_LIST.map((spec) => spec.name);
  const namesOf = async (log: ReadableLog) => (await log.list()).map((info) => info.name);
  const stack = ports.stack();
  const others = await (stack === null
    ? ports.withEventLog(namesOf)
    : stack.use(({ log }) => namesOf(log)));
  const candidate = meant?.name ?? nearest(name, [...names, ...(others ?? [])]);
  throw new OperatorError({
    code: 'CDB-E0704',
    what: `Cannot read stream "${plainText(name)}": there is none of that name`,
    why:
      meant === undefined
        ? 'nothing was ever written to it, and no message of cdb goes there'
        : `"${name}" is a topic, which keeps no history; its stream is "${meant.name}"`,
    todo:
      candidate === undefined ? 'cdb streams list' : `cdb streams ${verb} ${plainText(candidate)}`,
    exit: EXIT.NOT_FOUND,
  });
}
