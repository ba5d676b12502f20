/** The variables of the environment that have a say in where orders go. Source: domain.md 4.1. */
export const MODE_FLAGS = [
  'TRADING_MODE',
  'LIVE_TRADING_CONFIRMED',
  'CONFIRM_LIVE_TRADING',
  'MOCK_TRADING',
  'DRY_RUN',
  'MEXC_TESTNET',
] as const;
export type ModeFlag = (typeof MODE_FLAGS)[number];

/** As they stand, to the letter; undefined = not set. */
export type ModeFlags = Readonly<Record<ModeFlag, string | undefined>>;

/** What the flags alone allow at most, whatever the register says. */
export type Permits = 'shadow' | 'simulated' | 'real';

export interface JudgedFlags {
  readonly permits: Permits;
  /** What the three old flags say together. */
  readonly profile: 'unset' | 'paper' | 'staged' | 'dry run' | 'live' | 'unclear';
  /** Misspelled or contradictory; each of them alone means shadow. */
  readonly faults: readonly string[];
  /** Why it is not more, where nothing is wrong. */
  readonly limits: readonly string[];
}

/** Exact words: "TRUE" or " live" may have been meant as anything. */
export const FLAG_WORDS: Readonly<Record<ModeFlag, readonly string[]>> = {
  TRADING_MODE: ['shadow', 'paper', 'staged', 'live'],
  LIVE_TRADING_CONFIRMED: ['yes', 'no'],
  CONFIRM_LIVE_TRADING: ['true', 'false'],
  MOCK_TRADING: ['true', 'false'],
  DRY_RUN: ['true', 'false'],
  MEXC_TESTNET: ['true', 'false'],
};

/** What stands there exactly when real orders are meant. */
export const LIVE_FLAGS: ModeFlags = {
  TRADING_MODE: 'live',
  LIVE_TRADING_CONFIRMED: 'yes',
  CONFIRM_LIVE_TRADING: 'true',
  MOCK_TRADING: 'false',
  DRY_RUN: 'false',
  MEXC_TESTNET: 'false',
};

const OLD_FLAGS = ['MOCK_TRADING', 'DRY_RUN', 'MEXC_TESTNET'] as const;
const CONFIRMATIONS = ['LIVE_TRADING_CONFIRMED', 'CONFIRM_LIVE_TRADING'] as const;

/** All flags together, never one name: any that does not fit the others makes it shadow. */
export function judgeFlags(flags: ModeFlags): JudgedFlags {
  const misspelled = MODE_FLAGS.flatMap((name) => misspelling(name, flags[name]));
  const profile = profileOf(flags);
  if (misspelled.length > 0) return { permits: 'shadow', profile, faults: misspelled, limits: [] };
  const asksForLive = flags.TRADING_MODE === 'live' || profile === 'live';
  if (asksForLive) return judgeLive(flags, profile);
  const faults = [
    ...(profile === 'unclear' ? [unclearWords(flags)] : []),
    ...CONFIRMATIONS.filter((name) => flags[name] === LIVE_FLAGS[name]).map(
      (name) =>
        `${name}=${flags[name] ?? ''} confirms live trading, and the other flags are not live`,
    ),
  ];
  if (faults.length > 0) return { permits: 'shadow', profile, faults, limits: [] };
  return judgeSimulated(flags, profile);
}

function judgeLive(flags: ModeFlags, profile: JudgedFlags['profile']): JudgedFlags {
  const faults = MODE_FLAGS.filter((name) => flags[name] !== LIVE_FLAGS[name]).map(
    (name) => `live needs ${name}=${LIVE_FLAGS[name] ?? ''}, found ${shown(flags[name])}`,
  );
  return { permits: faults.length === 0 ? 'real' : 'shadow', profile, faults, limits: [] };
}

function judgeSimulated(flags: ModeFlags, profile: JudgedFlags['profile']): JudgedFlags {
  const mode = flags.TRADING_MODE;
  const isExact = profile === 'unset' || profile === 'paper';
  if (mode === 'staged' || profile === 'staged') {
    const why = 'staged: the test network was never proven to be apart from the real one';
    return { permits: 'shadow', profile, faults: [why], limits: [] };
  }
  if (!isExact) {
    const why = `${profile}: fills at the price of the order are no fills; use paper`;
    return { permits: 'shadow', profile, faults: [why], limits: [] };
  }
  if (mode === 'shadow') {
    return { permits: 'shadow', profile, faults: [], limits: ['TRADING_MODE=shadow'] };
  }
  const limits = ['the flags do not say live: all six have to'];
  return { permits: 'simulated', profile, faults: [], limits };
}

function misspelling(name: ModeFlag, value: string | undefined): readonly string[] {
  if (value === undefined || FLAG_WORDS[name].includes(value)) return [];
  return [`${name} is ${shown(value)}, required exactly ${FLAG_WORDS[name].join(' or ')}`];
}

function profileOf(flags: ModeFlags): JudgedFlags['profile'] {
  const [mock, dry, testnet] = OLD_FLAGS.map((name) => flags[name]);
  const said = [mock, dry, testnet].map((value) => value ?? 'unset').join(' ');
  switch (said) {
    case 'unset unset unset':
      return 'unset';
    case 'true true true':
      return 'paper';
    case 'false false true':
      return 'staged';
    case 'false true true':
    case 'false true false':
      return 'dry run';
    case 'false false false':
      return 'live';
    default:
      return 'unclear';
  }
}

function unclearWords(flags: ModeFlags): string {
  const said = OLD_FLAGS.map((name) => `${name} ${shown(flags[name])}`).join(', ');
  return `the three old flags contradict each other: ${said}`;
}

function shown(value: string | undefined): string {
  return value === undefined ? 'not set' : `"${value}"`;
}
