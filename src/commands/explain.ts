import type { CommandIo } from './command-io.js';
import { CODES, explainCode } from './explain/explain-code.js';
import { explainId } from './explain/explain-id.js';
import type { OperatorServices } from './operator-ports.js';
import type { ParsedOptions } from './parsed-options.js';

/** `order:8` is an id whatever it looks like. */
const NAMED = /^(?:signal|decision|order|client order|fill):./;
const CODE = /^(?:R[CK]_|CDB-E\d{0,4}$)/i;
/** Ids have a digit somewhere; four characters of one are the fewest that say something. */
const ID = /^(?=.*\d)[\w.:|-]{4,100}$/;

/** Codes of errors (CDB-E0421) and of refused decisions (RC_002, RK_ALLOCATION), and ids. */
export function run(
  options: ParsedOptions,
  io: CommandIo,
  services: OperatorServices,
): number | Promise<number> {
  const asked = options.text('codeOrId') ?? '';
  const isCode = CODE.test(asked) || CODES.includes(asked.toUpperCase());
  const isId = !isCode && (NAMED.test(asked) || ID.test(asked));
  return isId ? explainId(asked, options, io, services) : explainCode(asked, io);
}
