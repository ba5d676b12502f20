import { agoText, durationText } from '../../view/age.js';
import { check, evidence, skip, type Check } from '../check.js';

const WINDOW_MS = 60_000;
/** The engine anchors at its start, and every half hour while decisions are made. */
const FIRST_ANCHOR_MS = 60_000;
const NEXT_ANCHOR_MS = 35 * 60_000;

const LEDGER: Check = check({
  id: 'safety.ledger',
  group: 'safety',
  level: 'P0',
  title: 'the ledger of what people and guards decided is whole',
  matters: 'whoever can change it can make an approval, a drill or a release that never was',
  components: ['safety', 'audit_trail'],
  needs: ['ledger'],
  windowMs: WINDOW_MS,
  examine: ({ ledger }) => {
    const { entries, fault } = ledger.value;
    const figures = { entries };
    if (fault === null) {
      const says = `${entries} entries follow each other`;
      return { status: 'OK', says, evidence: [evidence(ledger, says)], figures };
    }
    return {
      status: 'FAIL',
      says: `the ledger does not hold: ${fault}`,
      evidence: [evidence(ledger, `${entries} entries before it hold`)],
      figures,
      remedy: {
        does: 'change nothing, keep a copy, and find out who wrote there',
        command: 'cdb audit verify',
        risk: 'none: it reads only',
        gate: null,
      },
    };
  },
});

const ANCHORS: Check = check({
  id: 'safety.audit_anchors',
  group: 'safety',
  level: 'P1',
  title: 'the heads of the audit chains are anchored outside the database',
  matters: 'rows that are cut off the end of a chain leave no trace behind the newest anchor',
  components: ['safety', 'audit_trail'],
  needs: ['ledger'],
  looks: ['engine'],
  after: ['safety.ledger'],
  windowMs: WINDOW_MS,
  examine: ({ ledger }, { nowMs, readings }) => {
    const { anchoredAtMs, engineSinceMs, entries, database, databaseWhy } = ledger.value;
    const { engine } = readings;
    const view = engine.state === 'read' ? engine.value : null;
    const decidedAt = view?.counts['decisions']?.toJSON().last_at ?? null;
    const decidedAtMs = decidedAt === null ? null : Date.parse(decidedAt);
    const when = agoText(anchoredAtMs, nowMs);
    const figures = {
      entries,
      anchor_age_ms: anchoredAtMs === null ? null : nowMs - anchoredAtMs,
      anchors_in_database: database?.anchors ?? null,
    };
    const seen = [
      evidence(ledger, `newest anchor in the ledger: ${when}`),
      evidence(
        ledger,
        database === null
          ? `database not asked: ${databaseWhy}`
          : `${database.anchors} anchors of this ledger in the database, newest ${agoText(database.newestAtMs, nowMs)}`,
      ),
    ];
    const told = { evidence: seen, figures };
    const fault = anchorFault({ anchoredAtMs, engineSinceMs, decidedAtMs, nowMs });
    const missed = database !== null && anchoredAtMs !== null && database.anchors === 0;
    if (fault === null && !missed) {
      if (anchoredAtMs === null) {
        return skip('nothing was ever anchored: no engine ran here');
      }
      return { status: 'OK', says: `anchored ${when}`, ...told };
    }
    return {
      status: 'FAIL',
      says: fault ?? 'the ledger has anchors, and the database has none of this ledger',
      ...told,
      remedy: {
        does: 'see what the engine says about it, and verify the chains',
        command: 'cdb audit verify',
        risk: 'none: it reads only',
        gate: null,
      },
    };
  },
});

function anchorFault(at: {
  readonly anchoredAtMs: number | null;
  readonly engineSinceMs: number | null;
  readonly decidedAtMs: number | null;
  readonly nowMs: number;
}): string | null {
  const { anchoredAtMs, engineSinceMs, decidedAtMs, nowMs } = at;
  if (engineSinceMs === null || nowMs - engineSinceMs < FIRST_ANCHOR_MS) return null;
  const newestMs = anchoredAtMs ?? 0;
  const up = durationText(nowMs - engineSinceMs);
  if (newestMs < engineSinceMs) {
    return `no anchor since the engine started ${up} ago (the newest: ${agoText(anchoredAtMs, nowMs)})`;
  }
  const isBehind = decidedAtMs !== null && decidedAtMs - newestMs > NEXT_ANCHOR_MS;
  if (!isBehind) return null;
  return `decisions were made until ${agoText(decidedAtMs, nowMs)}, the newest anchor is of ${agoText(newestMs, nowMs)}`;
}

const KEY: Check = check({
  id: 'safety.audit_key',
  group: 'safety',
  level: 'P0',
  title: 'the key of the audit chain is there',
  matters: 'without its key no row can be told from one that somebody else has written',
  components: ['safety', 'audit_trail', 'config'],
  needs: ['auditKey'],
  windowMs: WINDOW_MS,
  examine: ({ auditKey }) => {
    const key = auditKey.value;
    if (key.state === 'none') {
      return skip('no key is configured (audit.hmacKeyFile): rows are chained by plain hashes');
    }
    if (key.state === 'usable') {
      const says = `the key ${key.keyId} is there`;
      return { status: 'OK', says, evidence: [evidence(auditKey, says)] };
    }
    return {
      status: 'FAIL',
      says: `the key that is configured cannot be used, so nothing starts and nothing is verified: ${key.why}`,
      evidence: [evidence(auditKey, `${key.path}: ${key.why}`)],
      figures: { path: key.path },
      remedy: {
        does: 'put the key file back (chmod 600); a new key verifies no row of the old one',
        command: null,
        risk: 'without the old key the rows that were written with it stay unproven',
        gate: null,
        testsAfter: ['cdb doctor --only safety.audit_key is OK', 'cdb audit verify'],
      },
    };
  },
});

export const TRAIL_CHECKS: readonly Check[] = [LEDGER, ANCHORS, KEY];
