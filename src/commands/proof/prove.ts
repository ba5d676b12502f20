import type { ProofKind } from '../../doctor/readiness/proof.js';
import { EXIT } from '../../operator-error.js';
import type { CommandIo } from '../command-io.js';
import { ledgerWords } from '../ledger-record.js';
import { printResult } from '../output/envelope.js';
import type { ParsedOptions } from '../parsed-options.js';
import { EXIT_OF, StopRequest } from '../run/stop-request.js';
import { plainText } from '../../view/plain-text.js';
import { textTable } from '../tables/text-table.js';
import { keepProof, type KeptProof, type ProofServices } from './keep-proof.js';

/** What was tried, and how it went. */
interface Proven {
  /** Empty: as demanded. */
  readonly why: string;
  readonly says: string;
  /** What was tried, what is demanded, what was found. */
  readonly lines: readonly (readonly [string, string, string])[];
  /** Of the proof, beside what every proof says. */
  readonly members: Readonly<Record<string, unknown>>;
}

interface Proving {
  readonly kind: ProofKind;
  readonly command: string;
  readonly services: ProofServices;
  readonly prove: (signal: AbortSignal) => Promise<Proven>;
}

/** 0 proven, 1 not; kept with --write, also where it failed. */
export async function proveAndTell(
  options: ParsedOptions,
  io: CommandIo,
  proving: Proving,
): Promise<number> {
  const stop = new StopRequest(io);
  try {
    return await stop.orForced(proved(options, io, { ...proving, signal: stop.signal }));
  } catch (fault) {
    if (stop.cause !== null && stop.signal.aborted) return EXIT_OF[stop.cause];
    throw fault;
  } finally {
    stop.forget();
  }
}

async function proved(
  options: ParsedOptions,
  io: CommandIo,
  { kind, command, services, prove, signal }: Proving & { readonly signal: AbortSignal },
): Promise<number> {
  const startedAtMs = io.nowMs();
  const { why, says, lines, members } = await prove(signal);
  const proof = {
    ...{ kind, passed: why === '', why, says },
    started_at: new Date(startedAtMs).toISOString(),
    ended_at: new Date(io.nowMs()).toISOString(),
    ...members,
  };
  const kept = options.flag('write') ? await keepProof(proof, { options, io, services }) : null;
  printResult(io, {
    command,
    data: { ...proof, proof: kept },
    text: () => proofText(proof, lines, kept),
  });
  if (kept !== null && kept.ledger.state !== 'written') return EXIT.UNREACHABLE;
  return proof.passed ? EXIT.OK : EXIT.FINDING;
}

function proofText(
  { kind, passed, why }: { readonly kind: string; readonly passed: boolean; readonly why: string },
  lines: Proven['lines'],
  kept: KeptProof | null,
): string {
  const titles = ['tried', 'demanded', 'found'].map((title) => ({ title }));
  const table = textTable(
    titles,
    lines.map((line) => line.map(plainText)),
  );
  const end =
    kept === null
      ? 'proof   not kept; --write keeps it'
      : `proof   ${kept.path} (sha256 ${kept.sha256.slice(0, 12)}), ${ledgerWords(kept.ledger)}`;
  return `${kind}   ${passed ? 'PASS' : plainText(`FAIL: ${why}`)}\n${table}${plainText(end)}\n`;
}
