import { stringify, parse } from 'yaml';
import { nodeHash } from '../../../../src/adapters/node-hash.js';
import type { Approval } from '../../../../src/doctor/readiness/judge-item.js';
import { mayBeState } from '../../../../src/doctor/readiness/guard.js';
import type { FileReading } from '../../../../src/doctor/readiness/guard-rules.js';
import { READINESS_ITEMS, type ReadinessTarget } from '../../../../src/doctor/readiness/items.js';
import {
  PROOF_FORMAT,
  PROOF_KINDS,
  proofFileName,
  type ProofKind,
} from '../../../../src/doctor/readiness/proof.js';
import { judgeReadiness, type Readiness } from '../../../../src/doctor/readiness/readiness.js';
import { judgePlan } from '../../../../src/engine/control/canary-plan.js';
import { LEDGER_START, nextEntry, type LedgerEntry } from '../../../../src/engine/domain/ledger.js';
import { decidedPlan } from '../../../fakes/canary-plan.js';

export const NOW_MS = Date.UTC(2026, 1, 9, 15, 30);
export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;

export interface ProofAsked {
  readonly kind: ProofKind;
  readonly passed?: boolean;
  readonly endedAtMs?: number;
  readonly evidenceAt?: string | null;
  /** Of its file, where it is not as it should be. */
  readonly name?: string;
}

export const STATE_IDS = READINESS_ITEMS.map(({ id }) => id).filter((id) => id !== 'LR-K1');

let base: ReadyWorld | null = null;

/** Everything that readiness looks at, by its path; all in memory. */
export class ReadyWorld {
  readonly files = new Map<string, string>();
  #head: Pick<LedgerEntry, 'n' | 'hash'> = LEDGER_START;

  /** A world in which a canary may start. */
  static ready(): ReadyWorld {
    base ??= ReadyWorld.#made();
    const world = new ReadyWorld();
    for (const [path, text] of base.files) world.files.set(path, text);
    world.#head = base.#head;
    return world;
  }

  static #made(): ReadyWorld {
    const world = new ReadyWorld();
    const tasks = STATE_IDS.map((id) => ({ task_id: id, task_title: `title of ${id}` }));
    world.files.set('states/LR-TASKS.yaml', JSON.stringify({ spec_version: '1.0', tasks }));
    for (const id of STATE_IDS) world.state(id);
    for (const kind of PROOF_KINDS) world.proof({ kind });
    world.files.set('plan', stringify(decidedPlan({ fromMs: NOW_MS - HOUR_MS })));
    return world;
  }

  state(id: string, change: Readonly<Record<string, unknown>> = {}): void {
    const members = doneState(id, change);
    // Both forms; JSON for most of them, since YAML takes its time.
    const text = id === 'LR-010' ? stringify(members) : JSON.stringify(members);
    this.files.set(`states/${id}-STATE.yaml`, text);
    this.files.set(`evidence/${id}.md`, 'evidence');
  }

  /** As it is kept: file and entry of the ledger. @returns its path */
  proof(asked: ProofAsked): string {
    const { kind, passed = true, endedAtMs = NOW_MS - HOUR_MS, evidenceAt } = asked;
    const at = new Date(endedAtMs).toISOString();
    const body = JSON.stringify({
      ...(kind !== 'drill' && { kind }),
      ...{ passed, why: passed ? '' : 'it went wrong', started_at: at, ended_at: at },
      ...(evidenceAt !== undefined && { evidence_at: evidenceAt }),
    });
    const sha256 = nodeHash.sha256Hex(body);
    const { name = proofFileName(kind, endedAtMs) } = asked;
    const path = `proofs/${name}`;
    this.files.set(path, `{"format":"${PROOF_FORMAT}","sha256":"${sha256}","proof":${body}}\n`);
    const verdict = passed ? 'PASS' : 'FAIL';
    const isDrill = kind === 'drill';
    const entry = nextEntry(nodeHash, this.#head, {
      ...{ kind: isDrill ? 'drill' : 'proof', action: kind, atMs: endedAtMs, who: 'ann', why: '' },
      details: { verdict, proof: name, sha256, ...(!isDrill && { proof_kind: kind }) },
    });
    this.#head = entry;
    this.files.set(`ledger/${String(entry.n).padStart(9, '0')}`, JSON.stringify(entry));
    return path;
  }

  judge(target: ReadinessTarget = 'canary', nowMs = NOW_MS): Readiness {
    const { files } = this;
    const names = (folder: string) =>
      [...files.keys()]
        .filter((path) => path.startsWith(`${folder}/`))
        .map((path) => path.slice(folder.length + 1))
        .sort();
    const read = (path: string): FileReading => {
      const text = files.get(path);
      return text === undefined ? { state: 'missing' } : { state: 'text', text };
    };
    return judgeReadiness(
      target,
      {
        folder: {
          manifest: read('states/LR-TASKS.yaml'),
          states: new Map(
            names('states')
              .filter(mayBeState)
              .map((name) => [name, read(`states/${name}`)]),
          ),
          evidenceFault: (path) => (files.has(path) ? null : 'does not exist'),
        },
        proofs: {
          names: names('proofs'),
          fault: null,
          read: (name) => read(`proofs/${name}`),
          ledger: {
            *[Symbol.iterator]() {
              for (const name of names('ledger')) {
                yield JSON.parse(files.get(`ledger/${name}`) ?? '') as LedgerEntry;
              }
            },
          },
        },
        approval: approvalIn(files.get('plan')),
      },
      { nowMs, hash: nodeHash },
    );
  }

  statusOf(id: string, nowMs = NOW_MS, target: ReadinessTarget = 'canary'): string {
    const found = this.judge(target, nowMs).items.find(({ item }) => item.id === id);
    return `${found?.status ?? 'none'}: ${found?.says ?? ''}`;
  }
}

export function doneState(
  id: string,
  change: Readonly<Record<string, unknown>> = {},
): Readonly<Record<string, unknown>> {
  return {
    spec_version: '1.0',
    task_id: id,
    task_title: `title of ${id}`,
    status: 'DONE',
    completion_timestamp: new Date(NOW_MS - DAY_MS).toISOString(),
    completion_author: 'ann',
    blocked_reason_code: null,
    blocked_reason_text: null,
    blocked_since: null,
    evidence_file: `evidence/${id}.md`,
    ...change,
    evidence_commit: change['evidence_commit'] ?? 'b3a4fc0d',
  };
}

export const BLOCKED = {
  status: 'BLOCKED',
  completion_timestamp: null,
  completion_author: null,
  blocked_reason_code: 'RC_B200',
  blocked_reason_text: 'it crashes',
  blocked_since: '2026-02-01T00:00:00Z',
};

const approvals = new Map<string | undefined, Approval>();

function approvalIn(text: string | undefined): Approval {
  const known = approvals.get(text) ?? readApproval(text);
  approvals.set(text, known);
  return known;
}

function readApproval(text: string | undefined): Approval {
  try {
    const { plan, planFaults, approvalFaults } = judgePlan(parse(text ?? ''));
    const faults = [...planFaults, ...approvalFaults];
    return { faults, operator: plan?.operator ?? null, untilMs: plan?.windowToMs ?? null };
  } catch {
    return { faults: ['it can not be read'], operator: null, untilMs: null };
  }
}
