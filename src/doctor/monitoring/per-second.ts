import { closingOf, promqlTokens, type Token } from './promql-tokens.js';

/** A limit of `rate`, which counts per second, that was meant for the whole window. */
export interface PerSecondMisuse {
  readonly metric: string;
  /** As it stands there: `rate(container_restart_count[1h]) > 2`. */
  readonly words: string;
  /** What it really asks for. */
  readonly perHour: number;
}

/** Things that happen a few times a day, if at all. */
const RARE = /restart|reboot|oom|crash|panic|failover|trip/i;
/** More than one each minute, of a thing that is rare, is no limit that anybody means. */
const RARE_PER_SEC_MAX = 1 / 60;
const SEC_PER_HOUR = 3_600;

export function perSecondMisuses(expression: string): readonly PerSecondMisuse[] {
  const tokens = promqlTokens(expression);
  return tokens.flatMap((token, at): readonly PerSecondMisuse[] => {
    if (!/^i?rate$/i.test(token.text) || tokens[at + 1]?.text !== '(') return [];
    const end = closingOf(tokens, at + 1);
    const inside = tokens.slice(at + 2, end);
    const metric = inside.find(({ kind, text }) => kind === 'name' && RARE.test(text));
    const limit = limitBehind(tokens, end + 1);
    if (metric === undefined || limit === null || limit.perSec < RARE_PER_SEC_MAX) return [];
    const call = tokens.slice(at, end + 1).map(({ text }) => text);
    const words = `${call.join('')} ${limit.words}`;
    return [{ metric: metric.text, words, perHour: limit.perSec * SEC_PER_HOUR }];
  });
}

/** The number that the value is compared with, in units of the rate: `* 3600 > 2` is 2/3600. */
function limitBehind(
  tokens: readonly Token[],
  from: number,
): { readonly perSec: number; readonly words: string } | null {
  let factor = 1;
  for (let at = from; at < tokens.length; at += 1) {
    const text = tokens[at]?.text ?? '';
    const number = Number(tokens[at + 1]?.text);
    if (text === ')') continue;
    if ((text === 'by' || text === 'without') && tokens[at + 1]?.text === '(') {
      at = closingOf(tokens, at + 1);
    } else if (text === '*' || text === '/') {
      factor *= text === '*' ? number : 1 / number;
      at += 1;
    } else {
      const isLimit = (text === '>' || text === '>=') && Number.isFinite(number / factor);
      return isLimit ? { perSec: number / factor, words: `${text} ${number}` } : null;
    }
  }
  return null;
}
