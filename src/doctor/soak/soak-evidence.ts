import { isMembers, jsonObject, memberOf, numberIn, textIn } from '../readiness/members.js';
import type { SoakMember } from './restart-class.js';

export const SOAK_INTENTS = ['lr040', 'lr030'] as const;
export type SoakIntent = (typeof SOAK_INTENTS)[number];

/** Names in the folder of a run. Only one of the two markers may ever be there. */
export const SOAK_FILES = {
  intent: 'run_intent.txt',
  run: 'run.json',
  log: 'hourly_checks.log',
  resources: 'resources.ndjson',
  rows: 'row_counts.ndjson',
  failed: 'FAILED',
  inconclusive: 'INCONCLUSIVE',
  probe: 'shadow_block_probe.json',
} as const;

/** `soak_lr030_20260517_111146`: the intent, and the start in UTC. */
const FOLDER = /^soak_(lr\d{3})_(\d{4})(\d\d)(\d\d)_(\d\d)(\d\d)(\d\d)$/;

export function soakFolderName(intent: SoakIntent, startedAtMs: number): string {
  const digits = new Date(startedAtMs).toISOString().replace(/[-:]/g, '');
  return `soak_${intent}_${digits.slice(0, 8)}_${digits.slice(9, 15)}`;
}

/** Null for a name that no run has. */
export function readFolderName(
  name: string,
): { readonly intent: string; readonly startedAtMs: number } | null {
  const [, intent = '', year, month, day, hour, minute, second] = FOLDER.exec(name) ?? [];
  const startedAtMs = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return Number.isNaN(startedAtMs) ? null : { intent, startedAtMs };
}

/** What is in the folder of a run; null for a file that is not there. */
export interface SoakEvidence {
  readonly folder: string;
  readonly intent: string | null;
  /** Of every log with lines of hours, one after the other. */
  readonly log: string | null;
  readonly resources: string | null;
  readonly isFailed: boolean;
  readonly isInconclusive: boolean;
  readonly probe: string | null;
  /** Every file that is text, by its name. */
  readonly texts: ReadonlyMap<string, string>;
  /** Files that could not be read, with the reason. */
  readonly unreadable: readonly string[];
}

export interface ResourceSnapshot {
  readonly atMs: number;
  readonly hour: number;
  readonly services: readonly {
    readonly name: string;
    readonly cpuPercent: number | null;
    readonly memoryPercent: number | null;
  }[];
}

/** One line of `resources.ndjson`, without its end. */
export function snapshotLine(atMs: number, hour: number, members: readonly SoakMember[]): string {
  const services = members.map(({ name, cpuPercent, memoryPercent }) => ({
    name,
    cpu_percent: cpuPercent,
    memory_percent: memoryPercent,
  }));
  return JSON.stringify({ at: new Date(atMs).toISOString(), hour, services });
}

/** A line that a crash has torn is none. */
export function readSnapshots(text: string): readonly ResourceSnapshot[] {
  return text.split('\n').flatMap((line): readonly ResourceSnapshot[] => {
    const snapshot = jsonObject(line);
    const services = snapshot === null ? null : memberOf(snapshot, 'services');
    const atMs = Date.parse((snapshot === null ? null : textIn(snapshot, 'at')) ?? '');
    if (snapshot === null || !Array.isArray(services) || Number.isNaN(atMs)) return [];
    return [
      {
        atMs,
        hour: numberIn(snapshot, 'hour') ?? 0,
        services: services.filter(isMembers).map((service) => ({
          name: textIn(service, 'name') ?? '',
          cpuPercent: numberIn(service, 'cpu_percent'),
          memoryPercent: numberIn(service, 'memory_percent'),
        })),
      },
    ];
  });
}
