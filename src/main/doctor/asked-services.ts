import { resolve } from 'node:path';
import type { Config } from '../../config/parse-config.js';
import { expectedService } from '../../doctor/services/expected-set.js';
import { memberKey } from '../../doctor/services/member-name.js';
import type { DoctorPlace } from './doctor-place.js';

export interface AskedService {
  /** As the configuration has it, and without the prefix of containers: `cdb_risk`, `risk`. */
  readonly name: string;
  readonly key: string;
  readonly url: URL;
}

/** A recorded answer of /metrics. */
export interface RecordedScrape {
  readonly name: string;
  readonly key: string;
  readonly path: string;
}

/** Services with an address that this call may ask; what is neither name nor address is told by `services.answers`. */
export function askedServices(
  { doctor }: Config,
  { isOffline }: Pick<DoctorPlace, 'isOffline'>,
): readonly AskedService[] {
  return doctor.services.flatMap((text) => {
    const { name, url } = expectedService(text) ?? { name: '', url: null };
    if (url === null || (isOffline && !isLoopback(url.hostname))) return [];
    return [{ name, key: memberKey(name), url }];
  });
}

export function recordedScrapes({ doctor }: Config, cwd: string): readonly RecordedScrape[] {
  return doctor.scrapes.map((text) => {
    const cut = text.indexOf('=');
    const name = text.slice(0, Math.max(0, cut)).trim();
    return { name, key: memberKey(name), path: resolve(cwd, text.slice(cut + 1).trim()) };
  });
}

/** On this machine, without asking a name server. */
export function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d+){3}$/.test(hostname);
}
