import { wordsOf } from '../domain/words-of.js';
import type { PlacedReading } from './register.js';

/** What a place that several hosts reach says where nobody can read it: that counts as HALTED. */
export function unreadPlace(place: string, fault: unknown): PlacedReading {
  return { place, isShared: true, reading: { state: 'unreadable', why: wordsOf(fault) } };
}
