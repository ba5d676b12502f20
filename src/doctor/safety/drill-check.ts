import { DRILL_VALID_MS } from '../../engine/control/drill-proof.js';
import { agoText } from '../../view/age.js';
import { check, evidence, type Check, type Judgement, type Remedy } from '../check.js';
import type { Readings } from '../facts.js';
import { controlOf } from './register-checks.js';
import type { DrillProof } from './facts.js';

const WINDOW_MS = 60_000;

const REMEDY: Remedy = {
  does: 'prove the stop on an engine of its own',
  command: 'cdb kill-switch drill --write',
  risk: 'none: it never touches the engine that runs here',
  gate: null,
  testsAfter: ['cdb doctor --only safety.drill is OK'],
};

/** A flag that says "stopped" proves nothing; only a drill measures what leaves after a stop. */
const DRILL: Check = check({
  id: 'safety.drill',
  group: 'safety',
  level: 'P1',
  title: 'a drill proved lately that a stop stops orders',
  matters: 'a stop that stops nothing looks like one that does, until it is needed',
  components: ['safety'],
  needs: ['drills'],
  looks: ['register', 'ledger'],
  windowMs: WINDOW_MS,
  examine: ({ drills }, { nowMs, readings }): Judgement => {
    const { fresh, says, isBroken } = judge(drills.value.proofs, nowMs, readings);
    const [newest] = drills.value.proofs;
    const endedAtMs = newest?.endedAtMs ?? null;
    const ageMs = endedAtMs === null ? null : nowMs - endedAtMs;
    const figures = {
      proofs: drills.value.proofs.length,
      newest_age_ms: ageMs,
      orders_after_stop: newest?.ordersAfterStop ?? null,
      last_order_ms_max: newest?.lastOrderMsMax ?? null,
    };
    const told = { says, evidence: [evidence(drills, says)], figures };
    if (fresh) return { ...told, status: 'OK' };
    // Real money behind a stop that nobody has proven.
    const isReal = ['canary', 'live'].includes(modeOf(readings) ?? '');
    if (isReal || isBroken) return { ...told, status: 'FAIL', level: 'P0', remedy: REMEDY };
    return { ...told, status: 'WARN', remedy: REMEDY };
  },
});

interface Verdict {
  readonly fresh: boolean;
  readonly says: string;
  /** It was tried, and orders went on; or the proof is not what was measured. */
  readonly isBroken: boolean;
}

function judge(proofs: readonly DrillProof[], nowMs: number, readings: Readings): Verdict {
  const [newest] = proofs;
  const { ledger } = readings;
  const recorded = ledger.state === 'read' ? ledger.value.drillSha256s : null;
  const last = recorded?.at(-1);
  if (last !== undefined && !proofs.some(({ sha256 }) => sha256 === last)) {
    return broken(
      'the newest drill of the ledger is gone or changed: how it went, nobody can tell',
    );
  }
  if (newest === undefined) return stale('no drill ever ran here: that a stop stops is not proven');
  const { name, endedAtMs, passed, why, fault, rounds, lastOrderMsMax } = newest;
  if (fault !== null || endedAtMs === null) return broken(`${name} proves nothing: ${fault ?? ''}`);
  const when = agoText(endedAtMs, nowMs);
  if (!passed) {
    const left = newest.ordersAfterStop;
    return broken(`the newest drill, ${when}, FAILED: ${why} (${left} orders after the stop)`);
  }
  if (recorded?.includes(newest.sha256) === false) {
    return broken(`${name} is in no entry of the ledger: nobody vouches for it`);
  }
  const order = lastOrderMsMax === null ? '' : `, last order ${lastOrderMsMax} ms after the stop`;
  const words = `passed ${when}, ${rounds} rounds${order}`;
  const ageMs = nowMs - endedAtMs;
  if (ageMs < 0) return broken(`the newest drill ended ${when}: a clock is wrong`);
  if (ageMs > DRILL_VALID_MS) return stale(`the newest drill ${words}; it is valid for 7 d`);
  return { fresh: true, says: words, isBroken: false };
}

function stale(says: string): Verdict {
  return { fresh: false, says, isBroken: false };
}

function broken(says: string): Verdict {
  return { fresh: false, says, isBroken: true };
}

function modeOf({ register }: Readings): string | null {
  return register.state === 'read' ? controlOf(register.value).record.mode : null;
}

export const DRILL_CHECKS: readonly Check[] = [DRILL];
