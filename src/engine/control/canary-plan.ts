import { CANARY_CEILINGS, type CanaryTerms, type CanaryTrigger } from '../domain/canary-terms.js';
import { MAYBE_UNWATCHED, unwatchedTriggers } from './canary-monitoring.js';
import { e8FromNumber, formatE8, parseE8 } from '../domain/e8.js';

/** First line of every approval, to the letter. */
export const APPROVAL_STATEMENT = 'I approve this canary as it stands here and nothing beyond it.';

/** What a plan decides; the session, its share and its start come with `cdb canary start`. */
export interface CanaryPlan {
  readonly terms: Omit<CanaryTerms, 'sessionId' | 'planHash' | 'held' | 'startedAtMs'>;
  readonly operator: string;
  readonly windowFromMs: number;
  readonly windowToMs: number;
  /** Triggers that nobody watches, as the plan says itself. */
  readonly notWatched: readonly CanaryTrigger[];
}

export interface JudgedPlan {
  /** Null while anything is undecided or wrong. */
  readonly plan: CanaryPlan | null;
  readonly venue: string | null;
  /** Of the plan itself, each naming its field. */
  readonly planFaults: readonly string[];
  /** Of the human approval. */
  readonly approvalFaults: readonly string[];
}

type Fields = Readonly<Record<string, unknown>>;

interface NumberRule {
  readonly min: number;
  readonly max: number;
  readonly isWhole?: true;
  readonly why?: string;
}

const { orders, activeOrders, notionalUsdt, durationMs } = CANARY_CEILINGS;
const HOUR_SEC = 3_600;

const NUMBERS = {
  orders_max: {
    ...{ min: 2, max: orders, isWhole: true },
    why: 'an entry needs one more order for its exit',
  },
  active_orders_max: { min: 1, max: activeOrders, isWhole: true },
  notional_per_order_usdt: { min: 0.01, max: notionalUsdt },
  notional_total_usdt: { min: 0.01, max: notionalUsdt },
  loss_max_usdt: { min: 0.01, max: notionalUsdt },
  slippage_bps_max: { min: 0, max: 1_000 },
  cooldown_sec: { min: 0, max: HOUR_SEC },
  duration_sec: { min: 1, max: durationMs / 1000 },
  stale_after_sec: { min: 1, max: HOUR_SEC },
  rejects_max: { min: 1, max: orders, isWhole: true },
  percent_first: { min: 1, max: 100 },
} as const satisfies Readonly<Record<string, NumberRule>>;

const NOT_WATCHED = 'not_watched';
const TEXTS = ['venue', 'order_types', 'alert_channel'] as const;
/** Said in the plan and once more by the person who approves it. */
const REPEATED = [
  'venue',
  'symbols',
  'notional_per_order_usdt',
  'notional_total_usdt',
  'loss_max_usdt',
] as const;
const APPROVAL_TEXTS = ['operator', 'stop_rules', 'revocation', 'confirmation'] as const;
const APPROVAL_TIMES = ['window_from_utc', 'window_to_utc', 'start_utc', 'approval_utc'] as const;
const PLAN_NAMES = [
  'format',
  'symbols',
  'approval',
  NOT_WATCHED,
  ...TEXTS,
  ...Object.keys(NUMBERS),
];
const APPROVAL_NAMES = [
  ...['statement', 'revoked', ...REPEATED],
  ...APPROVAL_TEXTS,
  ...APPROVAL_TIMES,
];
export const PLAN_FORMAT = 'cdb.canary-plan/1';
const UTC = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?Z$/;
const UNDECIDED = /\b(?:tbd|todo|undecided|n\/a)\b|\?\?|<.*>|^[-?.]*$/i;

/** Reads what the plan file says. Pure; whatever is undecided, empty or beyond a ceiling is a fault of its own. */
export function judgePlan(file: unknown): JudgedPlan {
  if (!isFields(file)) {
    return { plan: null, venue: null, planFaults: ['the plan is no mapping'], approvalFaults: [] };
  }
  const approval = isFields(file['approval']) ? file['approval'] : {};
  const planFaults = faultsOfPlan(file);
  const approvalFaults = faultsOfApproval(approval, file);
  const venue = isDecided(file['venue']) ? String(file['venue']) : null;
  const isWhole = planFaults.length === 0 && approvalFaults.length === 0;
  return { plan: isWhole ? planOf(file, approval) : null, venue, planFaults, approvalFaults };
}

function faultsOfPlan(file: Fields): readonly string[] {
  return [
    ...unknownNames(file, PLAN_NAMES, ''),
    ...(file['format'] === PLAN_FORMAT ? [] : [`format: required ${PLAN_FORMAT}`]),
    ...TEXTS.flatMap((name) => textFault(file, name)),
    ...(isDecided(file['order_types']) && file['order_types'] !== 'MARKET'
      ? ['order_types: required MARKET, the engine sends nothing else']
      : []),
    ...symbolFaults(file),
    ...Object.entries(NUMBERS).flatMap(([name, rule]) => numberFault(file, name, rule)),
    ...perOrderFault(file),
    ...notWatchedFaults(file),
  ];
}

function symbolFaults(file: Fields): readonly string[] {
  const symbols = file['symbols'];
  if (!Array.isArray(symbols) || symbols.length === 0) return ['symbols: is undecided'];
  const bad = symbols.filter((symbol) => !isDecided(symbol) || typeof symbol !== 'string');
  if (bad.length > 0) return ['symbols: is undecided'];
  const { symbols: max } = CANARY_CEILINGS;
  return symbols.length > max ? [`symbols: required at most ${max}, found ${symbols.length}`] : [];
}

/** A plan that is silent about it would read as if everything were watched. */
function notWatchedFaults(file: Fields): readonly string[] {
  const said = file[NOT_WATCHED];
  if (!isDecided(said)) return [`${NOT_WATCHED}: is undecided`];
  const known = notWatchedIn(file);
  const isKnown = Array.isArray(said) && said.every((name) => known.some((one) => one === name));
  if (!isKnown) {
    const names = MAYBE_UNWATCHED.join(', ');
    return [`${NOT_WATCHED}: required a list out of ${names}, found ${JSON.stringify(said)}`];
  }
  return unwatchedTriggers(true)
    .filter((name) => !known.includes(name))
    .map((name) => `${NOT_WATCHED}: required ${name} in it, which nothing in this build finds out`);
}

function notWatchedIn(file: Fields): readonly CanaryTrigger[] {
  const said = file[NOT_WATCHED];
  const names: readonly unknown[] = Array.isArray(said) ? said : [];
  return MAYBE_UNWATCHED.filter((known) => names.includes(known));
}

function perOrderFault(file: Fields): readonly string[] {
  const [one, all] = [file['notional_per_order_usdt'], file['notional_total_usdt']];
  if (typeof one !== 'number' || typeof all !== 'number' || one <= all) return [];
  return ['notional_per_order_usdt: required at most notional_total_usdt'];
}

function numberFault(
  file: Fields,
  name: string,
  { min, max, isWhole, why = '' }: NumberRule,
): readonly string[] {
  const value = file[name];
  if (!isDecided(value)) return [`${name}: is undecided`];
  const words = `${name}: required ${isWhole ? 'a whole number' : 'a number'} from ${min} to ${max}`;
  const isIn = typeof value === 'number' && value >= min && value <= max;
  const fits =
    isIn && (!isWhole || Number.isInteger(value)) && typeof parseE8(String(value)) === 'bigint';
  return fits ? [] : [`${words}, found ${JSON.stringify(value)}${why === '' ? '' : `; ${why}`}`];
}

function faultsOfApproval(approval: Fields, file: Fields): readonly string[] {
  const isRevoked = approval['revoked'] !== false;
  const faults = [
    ...unknownNames(approval, APPROVAL_NAMES, 'approval.'),
    ...(approval['statement'] === APPROVAL_STATEMENT
      ? []
      : [`approval.statement: required "${APPROVAL_STATEMENT}"`]),
    ...(isRevoked ? ['approval.revoked: required false; anything else revokes it'] : []),
    ...APPROVAL_TEXTS.flatMap((name) => textFault(approval, name, 'approval.')),
    ...REPEATED.flatMap((name) => repeatFault(name, approval, file)),
    ...APPROVAL_TIMES.flatMap((name) => timeFault(approval, name)),
  ];
  return faults.length > 0 ? faults : orderOfTimes(approval, file);
}

function repeatFault(name: string, approval: Fields, file: Fields): readonly string[] {
  if (!isDecided(approval[name])) return [`approval.${name}: is undecided`];
  const isSame = JSON.stringify(approval[name]) === JSON.stringify(file[name]);
  return isSame ? [] : [`approval.${name}: is not what the plan says`];
}

function timeFault(approval: Fields, name: string): readonly string[] {
  if (!isDecided(approval[name])) return [`approval.${name}: is undecided`];
  const isTime = UTC.test(String(approval[name])) && !Number.isNaN(timeOf(approval, name));
  return isTime ? [] : [`approval.${name}: required a UTC time such as 2026-01-31T14:00:00Z`];
}

function orderOfTimes(approval: Fields, file: Fields): readonly string[] {
  const [from = 0, to = 0, start = 0, approved = 0] = APPROVAL_TIMES.map((name) =>
    timeOf(approval, name),
  );
  const endMs = start + Number(file['duration_sec']) * 1000;
  return [
    ...(from < to ? [] : ['approval.window_to_utc: required after window_from_utc']),
    ...(start >= from && endMs <= to
      ? []
      : ['approval.start_utc: start and duration are not within the window']),
    ...(approved <= start ? [] : ['approval.approval_utc: required before start_utc']),
  ];
}

function textFault(fields: Fields, name: string, prefix = ''): readonly string[] {
  if (!isDecided(fields[name])) return [`${prefix}${name}: is undecided`];
  return typeof fields[name] === 'string' ? [] : [`${prefix}${name}: required a text`];
}

function unknownNames(fields: Fields, known: readonly string[], prefix: string): readonly string[] {
  return Object.keys(fields)
    .filter((name) => !known.includes(name))
    .map((name) => `${prefix}${name}: is no field of a plan`);
}

/** Empty, TBD, `<fill in>` and their like decide nothing. */
function isDecided(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0 && value.every(isDecided);
  if (typeof value === 'string') return !UNDECIDED.test(value.trim());
  return typeof value === 'number' || typeof value === 'boolean';
}

function planOf(file: Fields, approval: Fields): CanaryPlan {
  const number = (name: keyof typeof NUMBERS) => Number(file[name]);
  const amount = (name: keyof typeof NUMBERS) => formatE8(e8FromNumber(number(name)));
  const [symbol] = file['symbols'] as readonly string[];
  return {
    terms: {
      venue: String(file['venue']),
      symbol: symbol ?? '',
      percent: number('percent_first'),
      ordersMax: number('orders_max'),
      activeOrdersMax: number('active_orders_max'),
      notionalPerOrderUsdt: amount('notional_per_order_usdt'),
      notionalTotalUsdt: amount('notional_total_usdt'),
      lossMaxUsdt: amount('loss_max_usdt'),
      slippageBpsMax: number('slippage_bps_max'),
      cooldownMs: number('cooldown_sec') * 1000,
      durationMs: number('duration_sec') * 1000,
      staleMsMax: number('stale_after_sec') * 1000,
      rejectsMax: number('rejects_max'),
    },
    operator: String(approval['operator']),
    windowFromMs: timeOf(approval, 'window_from_utc'),
    windowToMs: timeOf(approval, 'window_to_utc'),
    notWatched: notWatchedIn(file),
  };
}

function timeOf(fields: Fields, name: string): number {
  return Date.parse(String(fields[name]));
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
