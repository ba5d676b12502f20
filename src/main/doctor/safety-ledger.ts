import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { lockedEngine } from '../../adapters/files/engine-lock.js';
import { readBounded } from '../../adapters/files/atomic-file.js';
import { nodeHash } from '../../adapters/node-hash.js';
import type { AuditPorts } from '../../commands/audit/audit-ports.js';
import { PROOF_BYTES_MAX, proofKindOf, readProof } from '../../doctor/readiness/proof.js';
import type { DrillProof, DrillProofs, LedgerFacts } from '../../doctor/safety/facts.js';
import { readAnchors, verifyLedger, type DatabaseAnchors } from '../../engine/verify-audit.js';
import { wordsOf } from '../../engine/domain/words-of.js';
import { errnoOf } from '../../operator-error/errno.js';
import type { DoctorPlace } from './doctor-place.js';

const DRILLS_MAX = 20;

const measured = z.object({
  proof: z.object({
    rounds: z.number(),
    orders_after_the_stop: z.number(),
    spreads_ms: z.object({ lastOrderMs: z.object({ max: z.number() }).nullable() }),
  }),
});

/** The newest by name, which has its time in it. */
export function readDrills({ state }: DoctorPlace): DrillProofs {
  const names = namesIn(state.proofs).filter((name) => proofKindOf(name) === 'drill');
  return {
    proofs: names
      .slice(-DRILLS_MAX)
      .map((name) => drillProof(state.proofs, name))
      .reverse(),
  };
}

function drillProof(directory: string, name: string): DrillProof {
  const text = textOf(join(directory, name));
  const read = readProof('drill', text, nodeHash);
  const envelope = read.state === 'read' ? measured.safeParse(JSON.parse(text)) : null;
  if (read.state === 'read' && envelope?.success === true) {
    const { rounds, orders_after_the_stop, spreads_ms } = envelope.data.proof;
    const { passed, why, sha256, evidenceAtMs: endedAtMs } = read.proof;
    return {
      ...{ name, passed, why, rounds, sha256, endedAtMs, fault: null },
      ordersAfterStop: orders_after_the_stop,
      lastOrderMsMax: spreads_ms.lastOrderMs?.max ?? null,
    };
  }
  const fault = read.state === 'read' ? 'it lacks what a drill measures' : read.why;
  const nothing = { endedAtMs: null, rounds: 0, ordersAfterStop: 0, lastOrderMsMax: null };
  return { name, passed: false, why: '', sha256: '', fault, ...nothing };
}

/** Empty before the first proof. */
function namesIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory).sort();
  } catch (fault) {
    if (errnoOf(fault) === 'ENOENT') return [];
    throw fault;
  }
}

/** Of what is no file of ours nothing is left, which is no proof. */
function textOf(path: string): string {
  const file = readBounded(path, PROOF_BYTES_MAX);
  return file.kind === 'text' ? file.text : '';
}

/**
 * @param isDatabaseUp false: asking it would start a server
 */
export async function readLedger(
  { state }: DoctorPlace,
  ports: AuditPorts,
  isDatabaseUp: boolean,
): Promise<LedgerFacts> {
  const { ledger, place } = ports;
  const drillSha256s: string[] = [];
  let anchoredAtMs: number | null = null;
  let ledgerId: string | null = null;
  const watched = {
    entries: function* () {
      for (const entry of ledger.entries()) {
        const { kind, details, atMs } = entry.event;
        ledgerId ??= entry.hash;
        if (kind === 'drill') drillSha256s.push(String(details['sha256']));
        if (kind === 'anchor') anchoredAtMs = atMs;
        yield entry;
      }
    },
  };
  // Once alone for the name of the ledger, which the database is asked by.
  const alone = verifyLedger({ ledger: watched, known: null, sinceMs: null }, { hash: nodeHash });
  const { known, why } = isDatabaseUp
    ? await askDatabase(ports, { ledgerId, place })
    : { known: null, why: 'it does not run now; cdb audit verify starts it' };
  const { verdict } =
    known === null ? alone : verifyLedger({ ledger, known, sinceMs: null }, { hash: nodeHash });
  const own = [...(known?.own.values() ?? [])];
  return {
    entries: verdict.entries,
    fault: verdict.fault === null ? null : `entry ${verdict.fault.n}: ${verdict.fault.what}`,
    drillSha256s,
    anchoredAtMs,
    engineSinceMs: lockedEngine(state.engineLock).holder()?.startedAtMs ?? null,
    database:
      known === null
        ? null
        : {
            anchors: own.length,
            newestAtMs: own.length === 0 ? null : Math.max(...own.map(({ atMs }) => atMs)),
          },
    databaseWhy: why,
  };
}

/** A database that is away is somebody else's finding. */
async function askDatabase(
  ports: AuditPorts,
  of: { readonly ledgerId: string | null; readonly place: string },
): Promise<{ readonly known: DatabaseAnchors | null; readonly why: string }> {
  try {
    const known = await ports.withChains((reader) => readAnchors(reader, of));
    return { known, why: known === null ? 'there is none yet' : '' };
  } catch (fault) {
    return { known: null, why: wordsOf(fault) };
  }
}
