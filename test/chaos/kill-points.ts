/** Calls of the effect path around which a process can be made to kill itself. */
export const EFFECTS = [
  'registry.add',
  'audit.startRun',
  'inputs.append',
  'inputs.sync',
  'audit.commit',
  'streams.append',
  'snapshots.save',
  'spool.append',
  'spool.trim',
  'registry.update',
] as const;
export type Effect = (typeof EFFECTS)[number];

/** Where a child ends itself: around the `call`-th call (from 1) of one effect. */
export interface KillPoint {
  readonly effect: Effect;
  readonly when: 'before' | 'after';
  readonly call: number;
}

/** Commits that fail although the database is well, so that the spool is used. */
export interface Outage {
  /** The first commit that fails, from 1, and how many do. */
  readonly from: number;
  readonly commits: number;
  /** True: the rows are committed and only the answer is lost. */
  readonly answerLost: boolean;
}

export interface ChildOrder {
  readonly stateDir: string;
  /** Of the build that has to go on with the run. */
  readonly codeVersion: string;
  readonly configHash: string;
  readonly seed: number;
  readonly point: KillPoint | null;
  readonly outage: Outage | null;
  /** How many inputs are taken together: with few, the path has many steps. */
  readonly batchInputsMax: number;
  readonly snapshotEveryInputs: number;
}

export function pointWords({ effect, when, call }: KillPoint): string {
  return `${when} ${effect} #${call}`;
}
