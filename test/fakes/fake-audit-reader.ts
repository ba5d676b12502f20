import type { AuditReader } from '../../src/engine/ports/audit-reader.js';

/** Answers only what a test gives; anything else fails. */
export function fakeAuditReader(answers: Partial<AuditReader> = {}): AuditReader {
  const notAsked = () => Promise.reject(new Error('not expected to be asked'));
  return {
    fills: notAsked,
    blocksBy: notAsked,
    blocked: notAsked,
    fillsAfter: notAsked,
    blockedAfter: notAsked,
    trace: notAsked,
    ...answers,
  };
}
