import type { RaiseRequest } from '../../engine/control/register.js';
import { STOP_REASONS } from '../../engine/control/register.js';
import type { CommandIo } from '../command-io.js';
import { operatorName } from '../operator-name.js';
import type { ParsedOptions } from '../parsed-options.js';
import { plainText } from '../../view/plain-text.js';

/** Whatever can't be understood is read as the stricter thing, and said. */
export function stopRequest(
  options: ParsedOptions,
  io: CommandIo,
): { readonly request: RaiseRequest; readonly notes: readonly string[] } {
  const notes: string[] = [];
  const level = options.text('level') ?? 'halt';
  const isReduce = /^reduc(e|ing)$/i.test(level);
  if (!isReduce && !/^halt(ed)?$/i.test(level)) {
    notes.push(`required level halt or reduce, found "${plainText(level)}": took halt`);
  }
  const scopes = options.list('scope').filter((scope) => scope !== 'all');
  const isForAll = scopes.length < options.list('scope').length;
  const unknown = scopes.filter((scope) => !/^(strategy|symbol):./.test(scope));
  for (const scope of unknown) {
    notes.push(
      `required scope all, strategy:ID or symbol:S, found "${plainText(scope)}": took all`,
    );
  }
  const word = options.text('reason') ?? 'manual';
  const reason = STOP_REASONS.find((known) => known === word);
  const said = [options.text('message'), reason === undefined ? word : '', ...options.list('text')];
  return {
    notes,
    request: {
      level: isReduce ? 'REDUCING' : 'HALTED',
      scopes: isForAll || unknown.length > 0 ? [] : scopes,
      reason: reason ?? 'manual',
      message: said.filter((part) => part !== undefined && part !== '').join(' '),
      operator: operatorName(io.env),
      atMs: io.nowMs(),
      ...exitMember(options),
    },
  };
}

function exitMember(options: ParsedOptions): Pick<RaiseRequest, 'exit'> {
  const [cancelOpen, flatten] = [options.flag('cancelOpen'), options.flag('flatten')];
  return cancelOpen || flatten ? { exit: { cancelOpen: cancelOpen || flatten, flatten } } : {};
}
