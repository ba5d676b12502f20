/** One member of the set that must not restart, as it was found. */
export interface SoakMember {
  readonly name: string;
  readonly isRunning: boolean;
  /** Null: nobody can tell how long it runs. */
  readonly upMs: number | null;
  /** In the words of whoever told it: `Up 13 seconds (healthy)`. */
  readonly says: string;
  readonly isOomKilled: boolean;
  readonly cpuPercent: number | null;
  /** Of its limit. */
  readonly memoryPercent: number | null;
}

export interface SoakMoment {
  readonly isFirstPass: boolean;
  readonly runAgeMs: number;
  /** Since the pass before; on the first pass since the start. */
  readonly sinceLastMs: number;
  /** The recorder itself began after the pass before. */
  readonly isMonitorFresh: boolean;
}

export type RestartClass =
  | { readonly kind: 'none' }
  /** All of it was started for this run. */
  | { readonly kind: 'fresh-stack'; readonly youngestMs: number }
  | (Restarts & { readonly kind: 'environment-interruption' })
  | (Restarts & { readonly kind: 'sut-restart' });

interface Restarts {
  readonly restarted: readonly SoakMember[];
  readonly spreadMs: number;
}

/** An uptime that is told in seconds or minutes. */
const YOUNG_MS = 3_600_000;
const START_SLACK_MS = 120_000;
const BULK_FRACTION = 0.5;
const BULK_SPREAD_MS = 30_000;

/**
 * What young members mean. One that does not run counts as restarted: it was up, and is not.
 * Source: domain.md 6.4.
 */
export function classifyRestarts(members: readonly SoakMember[], moment: SoakMoment): RestartClass {
  const { isFirstPass, runAgeMs, sinceLastMs, isMonitorFresh } = moment;
  const ages = members.map(({ isRunning, upMs }) => (isRunning ? upMs : 0));
  const isYoung = (ageMs: number | null) => ageMs !== null && ageMs < YOUNG_MS;
  const youngestMs = Math.min(...ages.map((ageMs) => ageMs ?? Infinity));
  const isFresh = members.every(({ isRunning }) => isRunning) && ages.every(isYoung);
  if (isFirstPass && members.length > 0 && isFresh && youngestMs >= runAgeMs - START_SLACK_MS) {
    return { kind: 'fresh-stack', youngestMs };
  }
  const restarted = members.filter(({ isRunning, upMs }) => {
    return !isRunning || (upMs !== null && upMs < sinceLastMs);
  });
  if (restarted.length === 0) return { kind: 'none' };
  const restartedAges = restarted.map(({ isRunning, upMs }) => (isRunning ? (upMs ?? 0) : 0));
  const spreadMs = Math.max(...restartedAges) - Math.min(...restartedAges);
  const isBulk = restarted.length / members.length >= BULK_FRACTION;
  // One member alone is always all of them at once, which says nothing of the machine.
  const isTogether = members.length > 1 && spreadMs <= BULK_SPREAD_MS;
  const isOneEvent = isTogether || isMonitorFresh;
  const kind = isBulk && isOneEvent ? 'environment-interruption' : 'sut-restart';
  return { kind, restarted, spreadMs };
}

/** Words of the log for it, a line each. */
export function restartLines(
  found: RestartClass,
  total: number,
  isMonitorFresh: boolean,
): readonly string[] {
  if (found.kind === 'none') return [];
  if (found.kind === 'fresh-stack') {
    const seconds = Math.round(found.youngestMs / 1_000);
    return [`FRESH STACK: ${total}/${total} SUT services are young, the youngest up ${seconds}s`];
  }
  const { restarted, spreadMs } = found;
  const word = found.kind === 'sut-restart' ? 'SUT_RESTART' : 'ENVIRONMENT_INTERRUPTION';
  const spread = `spread=${Math.round(spreadMs / 1_000)}s, monitor_fresh=${isMonitorFresh ? 1 : 0}`;
  return [
    ...restarted.map(({ name, says }) => `RESTART DETECTED: ${name} (${says})`),
    `${word}: ${restarted.length}/${total} SUT services restarted, ${spread}`,
  ];
}
