import { boundedBody } from '../../adapters/bounded-body.js';
import { readBounded } from '../../adapters/files/atomic-file.js';
import { errnoOf } from '../../operator-error/errno.js';
import { wordsOf } from '../../engine/domain/words-of.js';
import type { KillSwitchFile, KillSwitchSaid } from '../../doctor/safety/facts.js';

const FILE_BYTES_MAX = 64 * 1024;
const ANSWER_BYTES_MAX = 64 * 1024;
/** The only service of the stack that answers for it. */
const ASKED = /risk/i;

export function readKillSwitchFile(path: string): KillSwitchFile {
  try {
    const file = readBounded(path, FILE_BYTES_MAX);
    if (file.kind === 'text') return { path, text: file.text, fault: null };
    return { path, text: null, fault: `cannot be read: it is ${file.kind}` };
  } catch (fault) {
    const isMissing = errnoOf(fault) === 'ENOENT';
    const why = isMissing
      ? 'is missing, which reads as not stopped'
      : `cannot be read: ${wordsOf(fault)}`;
    return { path, text: null, fault: why };
  }
}

/** @param services of the configuration, each `NAME=http://host:port` */
export function askedServices(
  services: readonly string[],
): readonly { readonly service: string; readonly url: string }[] {
  return services.flatMap((text) => {
    const at = text.indexOf('=');
    const service = text.slice(0, Math.max(0, at));
    if (!ASKED.test(service)) return [];
    return [{ service, url: `${text.slice(at + 1).replace(/\/+$/, '')}/kill-switch` }];
  });
}

export async function askKillSwitch(
  { service, url }: { readonly service: string; readonly url: string },
  signal: AbortSignal,
): Promise<KillSwitchSaid> {
  const silent = (fault: string): KillSwitchSaid => ({ service, url, active: null, fault });
  try {
    const answer = await fetch(url, { signal, redirect: 'error' });
    const text = await boundedBody(answer, ANSWER_BYTES_MAX);
    if (!answer.ok) return silent(`answered with status ${answer.status}`);
    const active: unknown = Reflect.get(Object(JSON.parse(text)) as object, 'active');
    if (typeof active !== 'boolean') return silent('does not say whether it is active');
    return { service, url, active, fault: null };
  } catch (fault) {
    return silent(`does not answer: ${wordsOf(fault)}`);
  }
}
