/** What somebody found who looked; what nobody could look at is missing, never fine. */
export interface Finding {
  readonly state: 'OK' | 'MISSING' | 'FAILED';
  readonly detail: string;
}

export interface Condition {
  readonly id: string;
  readonly title: string;
  readonly state: Finding['state'] | 'NOT NEEDED';
  readonly detail: string;
  /** What to do about it; empty where nothing is to be done. */
  readonly next: string;
}

interface ConditionText {
  readonly title: string;
  /** `real`: for orders that cost money; a rehearsal on the paper venue goes without. */
  readonly needs: 'always' | 'real';
  readonly next: string;
}

/** Controls that have to be proven first. Source: domain.md 4.5, titles from 4.3. */
const LR_CONTROLS = {
  'LR-001': 'required CI checks, no bypass',
  'LR-003': 'kill-switch and limits drill, contract drift guard',
  'LR-010': 'risk engine unit coverage',
  'LR-020': 'paper from signal to result',
  'LR-030': 'shadow: live data, zero execution, more than 24 h',
  'LR-031': 'shadow metrics comparison',
  'LR-040': '72 h soak',
  'LR-041': 'restart recovery',
  'LR-042': 'latency and packet loss',
} as const;

export type LrControl = keyof typeof LR_CONTROLS;
export const LR_CONTROL_IDS = Object.keys(LR_CONTROLS) as readonly LrControl[];

const PARTS = {
  adapter: {
    title: 'this build can reach the venue',
    needs: 'real',
    next: 'not in this build: no file, flag or record changes it',
  },
  flags: {
    title: 'all flags agree with the mode',
    needs: 'always',
    next: 'cdb mode show names each flag that is in the way',
  },
  register: {
    title: 'the register is readable',
    needs: 'always',
    next: 'cdb kill-switch status says what is wrong with it',
  },
  kill_switch: {
    title: 'the kill switch is released, for everything',
    needs: 'always',
    next: 'find out why it is engaged, then cdb kill-switch release',
  },
  drill: {
    title: 'a kill-switch drill passed in the last 7 days',
    needs: 'real',
    next: 'cdb kill-switch drill --write',
  },
  engine: {
    title: 'an engine runs and moves no money (shadow or paper)',
    needs: 'always',
    next: 'cdb run --shadow',
  },
  audit: {
    title: 'decisions are committed',
    needs: 'always',
    next: 'cdb status; bring the database back',
  },
  effects: {
    title: 'effects flow',
    needs: 'always',
    next: 'cdb status names the pair that does not',
  },
  monitoring: {
    title: 'each trigger is watched, or the plan says that it is not',
    needs: 'always',
    next: 'serve metrics (metrics.port), or name it in not_watched of the plan',
  },
  single_process: {
    title: 'one process folds everything',
    needs: 'always',
    next: 'run without Redis: shards would each count the ceilings for themselves',
  },
  ledger: {
    title: 'the ledger is readable',
    needs: 'always',
    next: 'repair the ledger of the state directory',
  },
  plan: {
    title: 'the plan decides every field, within the ceilings',
    needs: 'always',
    next: 'cdb canary plan names each field',
  },
  approval: {
    title: 'a person approved exactly this plan',
    needs: 'always',
    next: 'fill in the approval block of the plan',
  },
  window: {
    title: 'the window of the approval is open',
    needs: 'always',
    next: 'wait for the window, or have another one approved',
  },
  evidence: {
    title: 'the prestart evidence is locked and nothing changed since',
    needs: 'always',
    next: 'cdb canary plan --lock',
  },
  decision: {
    title: 'the decision record says GO',
    needs: 'always',
    next: 'cdb canary plan --lock --decision GO --reason TEXT',
  },
  gate: {
    title: 'the gate for canary is open',
    needs: 'real',
    next: 'cdb gate open canary --ttl 1h --by NAME --reason TEXT, then commit the file',
  },
  doctor: {
    title: 'a check-up of the whole system passed in the last hour',
    needs: 'real',
    next: 'cdb doctor --daily --write',
  },
  redis: {
    title: 'Redis evicts nothing (maxmemory-policy noeviction)',
    needs: 'real',
    next: 'set maxmemory-policy noeviction on the Redis',
  },
  watchdog: { title: 'a watchdog watches the engine', needs: 'real', next: 'cdb watchdog' },
  credentials: {
    title: 'API keys that can neither withdraw nor transfer',
    needs: 'real',
    next: 'not in this build',
  },
  receipt: {
    title: 'the operator proved to receive an alert',
    needs: 'real',
    next: 'not in this build',
  },
  thresholds: {
    title: 'limits for fills and latency were measured',
    needs: 'real',
    next: 'not in this build',
  },
} as const satisfies Readonly<Record<string, ConditionText>>;

export type ConditionId = keyof typeof PARTS | LrControl;
/** What was found; whatever is not in it is missing. */
export type Evidence = Readonly<Partial<Record<ConditionId, Finding>>>;

const NOT_LOOKED_AT: Finding = { state: 'MISSING', detail: 'no evidence' };

/**
 * Every condition for a canary, in the order in which an operator meets them. Pure.
 * Source: domain.md 4.5, scope limits, abort conditions, required controls, prestart pack.
 * @param isReal the orders go to a venue outside; nobody may say no for a venue that this build does not know
 */
export function judgeConditions(
  evidence: Evidence,
  { isReal }: { readonly isReal: boolean },
): readonly Condition[] {
  const parts = Object.entries(PARTS).map(([id, text]) =>
    judge(id as ConditionId, text, evidence, isReal),
  );
  const controls = LR_CONTROL_IDS.map((id) => {
    const text = {
      title: LR_CONTROLS[id],
      needs: 'real',
      next: `cdb readiness --explain ${id}`,
    } as const;
    return judge(id, text, evidence, isReal);
  });
  return [...parts, ...controls];
}

/** @returns those that keep it from starting */
export function unmet(conditions: readonly Condition[]): readonly Condition[] {
  return conditions.filter(({ state }) => state === 'MISSING' || state === 'FAILED');
}

function judge(
  id: ConditionId,
  { title, needs, next }: ConditionText,
  evidence: Evidence,
  isReal: boolean,
): Condition {
  if (needs === 'real' && !isReal) {
    return { id, title, state: 'NOT NEEDED', detail: 'only for orders that cost money', next: '' };
  }
  const { state, detail } = evidence[id] ?? NOT_LOOKED_AT;
  return { id, title, state, detail, next: state === 'OK' ? '' : next };
}
