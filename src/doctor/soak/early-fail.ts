import { jsonObject, memberOf, numberIn, objectIn } from '../readiness/members.js';
import { readFolderName, SOAK_FILES, type SoakEvidence } from './soak-evidence.js';
import { readSoakLog, soakHours } from './soak-log.js';

/** Worst first: of all that hold, the first is told. */
export const EARLY_STATES = [
  'ARTIFACT_CONTRACT_BROKEN',
  'FAILED_EARLY',
  'INCONCLUSIVE_EARLY',
  'INVALID_EVIDENCE',
  'MONITOR_DEAD',
  'RUNNING_VALID',
] as const;
export type EarlyState = (typeof EARLY_STATES)[number];

export interface EarlyVerdict {
  readonly state: EarlyState;
  readonly why: string;
  /** All that was found, whatever state it means. */
  readonly found: readonly { readonly state: EarlyState; readonly why: string }[];
  readonly runAgeMs: number | null;
}

/** Minutes of a run at which a mistake still costs little. */
export const EARLY_LOOK_MINUTES = [0, 31, 75] as const;
const SILENT_MS = 75 * 60_000;

/** What a shell, a template or a person left to be filled in. */
const TOKEN =
  /\{\{[^{}\n]{1,80}\}\}|\$\{[A-Za-z_][^}\n]{0,80}\}|\$\([^)\n]{1,80}\)|<[A-Z][A-Z0-9_]{2,40}>|__[A-Z][A-Z0-9_]{1,40}__/;

/**
 * Whether a run of more than a day is still worth its time. Pure. Source: domain.md 4.4.
 * @param intent that the folder and its file have to say
 */
export function superviseEarly(
  evidence: SoakEvidence,
  {
    intent,
    nowMs,
    isOver,
  }: { readonly intent: string; readonly nowMs: number; readonly isOver: boolean },
): EarlyVerdict {
  const named = readFolderName(evidence.folder);
  const lines = readSoakLog(evidence.log ?? '');
  const found = [
    ...contractFaults(evidence, named?.intent ?? null, intent),
    ...restartFaults(evidence, lines),
    ...evidenceFaults(evidence),
    ...(named === null || isOver ? [] : monitorFaults(lines, named.startedAtMs, nowMs)),
  ];
  const [worst] = EARLY_STATES.flatMap((state) => found.filter((one) => one.state === state));
  return {
    state: worst?.state ?? 'RUNNING_VALID',
    why: worst?.why ?? '',
    found,
    runAgeMs: named === null ? null : nowMs - named.startedAtMs,
  };
}

type Found = EarlyVerdict['found'];

function contractFaults(
  { folder, intent: said }: SoakEvidence,
  named: string | null,
  intent: string,
): Found {
  const state = 'ARTIFACT_CONTRACT_BROKEN';
  const faults = [
    ...(named === null
      ? [`the folder is called "${folder}", not soak_${intent}_YYYYMMDD_HHMMSS`]
      : named === intent
        ? []
        : [`the folder is one of ${named}, not of ${intent}`]),
    ...(said === null
      ? [`${SOAK_FILES.intent} is missing`]
      : said.trim() === intent
        ? []
        : [`${SOAK_FILES.intent} says ${JSON.stringify(said.trim().slice(0, 40))}, not ${intent}`]),
  ];
  return faults.map((why) => ({ state, why }));
}

function restartFaults(
  { isFailed, isInconclusive }: SoakEvidence,
  lines: ReturnType<typeof readSoakLog>,
): Found {
  const of = (kind: string) => lines.filter((line) => line.kind === kind);
  const isInterrupted = isInconclusive || of('interruption').length > 0;
  const [sut] = of('sut-restart');
  const [restart] = of('restart');
  return [
    ...(isFailed ? [failed(`it has the marker ${SOAK_FILES.failed}`)] : []),
    ...(sut === undefined ? [] : [failed(sut.words)]),
    ...(restart === undefined || isInterrupted ? [] : [failed(restart.words)]),
    ...(isInterrupted
      ? [{ state: 'INCONCLUSIVE_EARLY', why: 'its environment was interrupted' } as const]
      : []),
  ];
}

function failed(why: string): Found[number] {
  return { state: 'FAILED_EARLY', why };
}

function evidenceFaults({ texts, probe, unreadable }: SoakEvidence): Found {
  const state = 'INVALID_EVIDENCE';
  const tokens = [...texts].flatMap(([name, text]) => {
    const token = TOKEN.exec(text)?.[0];
    return token === undefined ? [] : [`${name} has ${token}, which nobody filled in`];
  });
  const probeFault = probe === null ? null : faultOfProbe(probe);
  return [...unreadable, ...tokens, ...(probeFault === null ? [] : [probeFault])].map((why) => ({
    state,
    why,
  }));
}

/** One order in run mode shadow, which has to be refused. */
function faultOfProbe(text: string): string | null {
  const probe = jsonObject(text);
  if (probe === null) return `${SOAK_FILES.probe} is no JSON object`;
  const result = objectIn(probe, 'order_result');
  const isRefused =
    memberOf(probe, 'order_result_found') === true &&
    memberOf(result, 'status') === 'REJECTED' &&
    numberIn(result, 'filled_quantity') === 0;
  return isRefused
    ? null
    : `${SOAK_FILES.probe} shows no order that was refused with nothing filled`;
}

function monitorFaults(
  lines: ReturnType<typeof readSoakLog>,
  startedAtMs: number,
  nowMs: number,
): Found {
  const state = 'MONITOR_DEAD';
  const { areRising, lastAtMs, count } = soakHours(lines);
  const silentMs = nowMs - (lastAtMs ?? startedAtMs);
  const minutes = Math.floor(silentMs / 60_000);
  const since = count === 0 ? 'no hourly line' : 'no further hourly line';
  return [
    ...(silentMs > SILENT_MS ? [{ state, why: `${since} for ${minutes} min` } as const] : []),
    ...(areRising ? [] : [{ state, why: 'hours do not rise: two write there' } as const]),
  ];
}
