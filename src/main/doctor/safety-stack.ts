import { boundedGet } from '../../adapters/bounded-get.js';
import { readBounded } from '../../adapters/files/atomic-file.js';
import { belowBaseUrl } from '../../adapters/live-feed/below-base-url.js';
import { errnoOf } from '../../operator-error/errno.js';
import { wordsOf } from '../../engine/domain/words-of.js';
import type { AskedService } from './asked-services.js';
import type { KillSwitchFile, KillSwitchSaid } from '../../doctor/safety/facts.js';

const FILE_BYTES_MAX = 64 * 1024;
const ANSWER_BYTES_MAX = 64 * 1024;

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

export async function askKillSwitch(
  { name: service, url }: AskedService,
  limits: { readonly timeoutMs: number; readonly signal: AbortSignal },
): Promise<KillSwitchSaid> {
  const place = belowBaseUrl(url.href, '/kill-switch');
  const silent = (fault: string): KillSwitchSaid => ({ service, url: place, active: null, fault });
  try {
    const { status, text } = await boundedGet(place, { ...limits, bytesMax: ANSWER_BYTES_MAX });
    if (status !== 200) return silent(`answered with status ${status}`);
    const active: unknown = Reflect.get(Object(JSON.parse(text)) as object, 'active');
    if (typeof active !== 'boolean') return silent('does not say whether it is active');
    return { service, url: place, active, fault: null };
  } catch (fault) {
    return silent(`does not answer: ${wordsOf(fault)}`);
  }
}
