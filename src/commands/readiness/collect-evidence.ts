import { resolve } from 'node:path';
import { mayBeState, type StateFolder } from '../../doctor/readiness/guard.js';
import type { Approval } from '../../doctor/readiness/judge-item.js';
import { MANIFEST_NAME } from '../../doctor/readiness/manifest.js';
import type { ProofEvidence } from '../../doctor/readiness/proof-ledger.js';
import type { ReadinessEvidence } from '../../doctor/readiness/readiness.js';
import type { FileReading } from '../../doctor/readiness/guard-rules.js';
import type { Ledger } from '../../engine/ports/ledger.js';
import type { ReadPlan } from '../canary/read-plan.js';
import type { EvidenceFolder, EvidenceServices, Listing } from './readiness-ports.js';

export interface EvidencePlaces {
  readonly cwd: string;
  readonly stateDir: string;
  /** Folder of the LR state files; undefined where none is configured. */
  readonly stateFiles: string | undefined;
  readonly ledger: Ledger;
  readonly plan: ReadPlan;
}

/** Reads what there is; what can't be read is evidence of nothing. */
export async function collectEvidence(
  services: EvidenceServices,
  { cwd, stateDir, stateFiles, ledger, plan }: EvidencePlaces,
): Promise<ReadinessEvidence> {
  return {
    folder:
      stateFiles === undefined
        ? null
        : readStateFolder(await services.evidenceFolder(resolve(cwd, stateFiles))),
    proofs: proofsIn(await services.proofFolder(stateDir), ledger),
    approval: approvalOf(plan),
  };
}

/** Far above the tasks of any list. */
const STATES_MAX = 200;

/** A folder that can't be listed has no manifest that could be trusted. */
export function readStateFolder(folder: EvidenceFolder): StateFolder {
  const listing = folder.list();
  const all = listing.state === 'listed' ? listing.names.filter(mayBeState) : [];
  const fault = listFault(listing, all.length);
  const names = fault === null ? all : [];
  const manifest: FileReading =
    fault === null ? folder.read(MANIFEST_NAME) : { state: 'unusable', why: fault };
  return {
    manifest,
    states: new Map(names.map((name) => [name, folder.read(name)])),
    evidenceFault: (relativePath) => folder.fault(relativePath),
  };
}

function listFault(listing: Listing, states: number): string | null {
  if (listing.state === 'missing') return 'the folder does not exist';
  if (listing.state === 'unusable') return listing.why;
  return states > STATES_MAX ? `there are more than ${STATES_MAX} state files` : null;
}

function proofsIn(folder: EvidenceFolder, ledger: Ledger): ProofEvidence {
  const listing = folder.list();
  return {
    names: listing.state === 'listed' ? listing.names : [],
    fault: listing.state === 'unusable' ? listing.why : null,
    read: (name) => folder.read(name),
    // Not before it is walked: a ledger that can't be listed says so then.
    ledger: {
      *[Symbol.iterator]() {
        yield* ledger.entries();
      },
    },
  };
}

function approvalOf({ judged }: ReadPlan): Approval {
  const { plan, planFaults, approvalFaults } = judged;
  return {
    faults: [...planFaults, ...approvalFaults],
    operator: plan?.operator ?? null,
    untilMs: plan?.windowToMs ?? null,
  };
}
