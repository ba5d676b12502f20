import { originText } from '../../config/setting.js';
import type { Readings } from '../facts.js';
import { memberKey } from './member-name.js';

export interface ExpectedService {
  readonly name: string;
  /** Without one it is expected as a member, and not asked. */
  readonly url: URL | null;
}

/** `risk=http://127.0.0.1:8002`, or a name alone. Null: it is neither. */
export function expectedService(text: string): ExpectedService | null {
  const [, name = '', address] = /^([\w.-]{1,64})(?:=(.+))?$/.exec(text.trim()) ?? [];
  if (name === '') return null;
  if (address === undefined) return { name, url: null };
  const url = URL.canParse(address) ? new URL(address) : null;
  return url !== null && ['http:', 'https:'].includes(url.protocol) ? { name, url } : null;
}

export interface ExpectedSet {
  readonly names: readonly string[];
  /** Where it is from and who is in it, for every sentence that counts. */
  readonly words: string;
}

/** The members that have to be there are configuration; null: none is configured. */
export function expectedSet({ config }: Readings): ExpectedSet | null {
  if (config.state !== 'read') return null;
  const found = config.value.effective.find(({ key }) => key === 'doctor.services');
  const names = textsOf(found?.value).flatMap((text) => expectedService(text)?.name ?? []);
  const unique = names.filter(
    (name, index) => names.findIndex((other) => memberKey(other) === memberKey(name)) === index,
  );
  if (found === undefined || unique.length === 0) return null;
  const words = `doctor.services (${originText(found.origin)}): ${unique.join(', ')}`;
  return { names: unique, words };
}

/** The network that members may be on, and where that is said. */
export function expectedNetwork({ config }: Readings): string | null {
  if (config.state !== 'read') return null;
  const value = config.value.effective.find(({ key }) => key === 'doctor.network')?.value;
  return typeof value === 'string' ? value : null;
}

function textsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
}
