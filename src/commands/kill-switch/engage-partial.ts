import { plainText } from '../../view/plain-text.js';
import type { Stopped } from './engage-text.js';

/** @returns why the stop is not complete, the nearest engine first; null when it is */
export function partialWords(stopped: Stopped): string | null {
  const reasons = [
    ...hereReasons(stopped),
    ...elsewhereReasons(stopped),
    // No place of that name failed, so nothing else of the answer would show it.
    ...(stopped.unknownPlaces.length === 0 ? [] : [UNKNOWN_PLACES]),
  ];
  return reasons.length === 0 ? null : `PARTIAL: ${reasons.join('; and ')}`;
}

const UNKNOWN_PLACES =
  'it is not known whether engines elsewhere have to be told; set CDB_REDIS_URL and CDB_DATABASE_URL, ' +
  'or repair the configuration, and engage again';

/** The latch stops an engine that hears nothing else, and every one that starts here later. */
export function isLatched({ places }: Pick<Stopped, 'places'>): boolean {
  return places.some(({ outcome }) => outcome !== null);
}

export function isWritten(stopped: Pick<Stopped, 'places' | 'shared'>): boolean {
  return isLatched(stopped) || stopped.shared.some(({ record }) => record !== null);
}

function hereReasons(stopped: Stopped): readonly string[] {
  const { ack, places } = stopped;
  const pid = ack.pid === null ? '' : ` (pid ${ack.pid})`;
  const silent = `engine${pid} not confirmed; if orders still leave, kill -9 it`;
  const reasons = ack.state === 'not-confirmed' ? [silent] : [];
  if (isLatched(stopped)) return reasons;
  if (!isWritten(stopped)) return ['the engine stopped, but nothing was written; keep it running'];
  const names = placeNames(places);
  return [
    ...reasons,
    `${names} not written; an engine that starts here without the others does not know of it`,
  ];
}

function elsewhereReasons({ shared }: Stopped): readonly string[] {
  const silent = shared.flatMap(({ engines }) => engines.filter(({ ms }) => ms === null));
  const names = plainText(silent.map(({ engineId }) => engineId).join(', '));
  const unwritten = placeNames(shared.filter(({ record }) => record === null));
  const unheard = placeNames(shared.filter((change) => change.unheard !== ''));
  return [
    names && `${names} not confirmed; if orders still leave there, kill -9 it on its host`,
    unwritten && `${unwritten} not written; engines on other hosts may not know of it`,
    unheard && `${unheard} does not say which engines obey; if orders still leave, engage again`,
  ].filter((reason) => reason !== '');
}

function placeNames(changes: readonly { readonly place: string }[]): string {
  return changes.map(({ place }) => place).join(' and ');
}
