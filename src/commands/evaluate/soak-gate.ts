import { readSoakLog, soakHours } from '../../doctor/soak/soak-log.js';
import { judgeSoak, type SoakGateResult } from '../../doctor/soak/soak-gate.js';
import { EXIT } from '../../operator-error.js';
import type { CommandIo } from '../command-io.js';
import { printResult } from '../output/envelope.js';
import type { ParsedOptions } from '../parsed-options.js';
import { keepProof, type ProofServices } from '../proof/keep-proof.js';
import { folderEvidence } from '../soak/folder-evidence.js';
import type { SoakServices } from '../soak/soak-services.js';
import { plainText } from '../../view/plain-text.js';
import { textTable } from '../tables/text-table.js';

/** 0 only for PASS, 2 without a folder. */
export async function run(
  options: ParsedOptions,
  io: CommandIo,
  services: SoakServices & ProofServices,
): Promise<number> {
  const evidence = await folderEvidence(options, services);
  const result = judgeSoak(evidence);
  const firstAtMs = soakHours(readSoakLog(evidence.log ?? '')).firstAtMs;
  const proof = proofOf(evidence.folder, result, { firstAtMs, nowMs: io.nowMs() });
  const kept = options.flag('write') ? await keepProof(proof, { options, io, services }) : null;
  printResult(io, {
    command: 'evaluate.soak-gate',
    data: { ...proof, proof: kept },
    text: () =>
      gateText(evidence.folder, result) +
      (kept === null ? '' : `proof   ${plainText(kept.path)}\n`),
  });
  if (kept !== null && kept.ledger.state !== 'written') return EXIT.UNREACHABLE;
  return result.verdict === 'PASS' ? EXIT.OK : EXIT.FINDING;
}

function proofOf(
  folder: string,
  result: SoakGateResult,
  { firstAtMs, nowMs }: { readonly firstAtMs: number | null; readonly nowMs: number },
) {
  const { schema_version, verdict, why, checks, figures, missingHours, endedAtMs } = result;
  const { hours, hourlyLines, restartAlerts, memoryGrowthPp, cpuMeanPercent, snapshots } = figures;
  const iso = (atMs: number | null) => (atMs === null ? null : new Date(atMs).toISOString());
  return {
    kind: 'soak-gate',
    passed: verdict === 'PASS',
    why,
    started_at: iso(firstAtMs) ?? new Date(nowMs).toISOString(),
    ended_at: new Date(nowMs).toISOString(),
    evidence_at: iso(endedAtMs),
    says: `${verdict}: ${hours === null ? 'no hours' : `${hours.toFixed(2)} h`}, ${hourlyLines} hourly lines, ${restartAlerts} restart alerts`,
    ...{ schema_version, verdict, folder },
    checks: checks.map(({ id, isMet, says }) => ({ id, met: isMet, says })),
    figures: {
      hours,
      hourly_lines: hourlyLines,
      restart_alerts: restartAlerts,
      memory_growth_pp: memoryGrowthPp,
      cpu_mean_percent: cpuMeanPercent,
      snapshots,
    },
    missing_hours: missingHours,
  } as const;
}

function gateText(folder: string, { verdict, why, checks, missingHours }: SoakGateResult): string {
  const rows = checks.map(({ isMet, demands, says }) => [isMet ? 'met' : 'NOT MET', demands, says]);
  const table = textTable(
    ['', 'demanded', 'found'].map((title) => ({ title })),
    rows.map((row) => row.map(plainText)),
  );
  const missing =
    missingHours.length === 0 ? '' : `not checked: hours ${missingHours.join(', ')}\n`;
  return `${plainText(`SOAK GATE ${verdict}${why === '' ? '' : `: ${why}`}   ${folder}`)}\n${table}${missing}`;
}
