import type { Status } from '../finding.js';

/** What an earlier report said of each check that was not well. */
export interface PastReport {
  /** ISO, UTC. */
  readonly at: string;
  readonly status: string;
  readonly findings: Readonly<Record<string, Status>>;
}

export interface Comparison {
  /** Null: there is none to compare with. */
  readonly previous_at: string | null;
  readonly new: readonly string[];
  readonly gone: readonly string[];
  readonly still: readonly string[];
  /** Came and went at least twice within the reports that are remembered. */
  readonly flapping: readonly string[];
  /** Oldest first, bounded, this one last. */
  readonly history: readonly PastReport[];
}

const HISTORY_MAX = 14;
const CHANGES_OF_FLAPPING = 3;

/** @param before oldest first */
export function compareReports(before: readonly PastReport[], now: PastReport): Comparison {
  const previous = before.at(-1) ?? null;
  const [past, present] = [previous?.findings ?? {}, now.findings];
  const history = [...before, now].slice(-HISTORY_MAX);
  const known = [...new Set(history.flatMap(({ findings }) => Object.keys(findings)))].sort();
  return {
    previous_at: previous?.at ?? null,
    new: previous === null ? [] : known.filter((id) => id in present && !(id in past)),
    gone: known.filter((id) => id in past && !(id in present)),
    still: known.filter((id) => id in past && id in present),
    flapping: known.filter((id) => changesOf(id, history) >= CHANGES_OF_FLAPPING),
    history,
  };
}

function changesOf(id: string, history: readonly PastReport[]): number {
  const told = history.map(({ findings }) => id in findings);
  return told.filter((is, at) => at > 0 && is !== told[at - 1]).length;
}
