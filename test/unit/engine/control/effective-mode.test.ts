import { describe, expect, it } from 'vitest';
import {
  effectiveMode,
  PAPER_VENUE,
  type AskedMode,
} from '../../../../src/engine/control/effective-mode.js';
import {
  judgeFlags,
  LIVE_FLAGS,
  MODE_FLAGS,
  type ModeFlags,
} from '../../../../src/engine/control/mode-flags.js';

const VALUES = {
  TRADING_MODE: [undefined, 'shadow', 'paper', 'staged', 'live', 'LIVE', ' live', '', 'lvie'],
  LIVE_TRADING_CONFIRMED: [undefined, 'yes', 'no', 'YES', 'yes ', 'true', ''],
  CONFIRM_LIVE_TRADING: [undefined, 'true', 'false', 'TRUE', ' true', 'yes', ''],
  MOCK_TRADING: [undefined, 'true', 'false', 'False', 'false ', ''],
  DRY_RUN: [undefined, 'true', 'false', 'FALSE', '0', ''],
  MEXC_TESTNET: [undefined, 'true', 'false', ' false', 'no', ''],
} as const;

const NOTHING: ModeFlags = {
  TRADING_MODE: undefined,
  LIVE_TRADING_CONFIRMED: undefined,
  CONFIRM_LIVE_TRADING: undefined,
  MOCK_TRADING: undefined,
  DRY_RUN: undefined,
  MEXC_TESTNET: undefined,
};

const ASKED: readonly AskedMode[] = [
  { state: 'known', mode: 'shadow', venue: null },
  { state: 'known', mode: 'paper', venue: null },
  { state: 'known', mode: 'canary', venue: PAPER_VENUE },
  { state: 'known', mode: 'canary', venue: 'mexc' },
  { state: 'known', mode: 'canary', venue: 'MEXC' },
  { state: 'known', mode: 'canary', venue: null },
  { state: 'known', mode: 'live', venue: null },
  { state: 'unknown', why: 'cut off' },
];

function* combinations(): Generator<ModeFlags> {
  for (const TRADING_MODE of VALUES.TRADING_MODE)
    for (const LIVE_TRADING_CONFIRMED of VALUES.LIVE_TRADING_CONFIRMED)
      for (const CONFIRM_LIVE_TRADING of VALUES.CONFIRM_LIVE_TRADING)
        for (const MOCK_TRADING of VALUES.MOCK_TRADING)
          for (const DRY_RUN of VALUES.DRY_RUN)
            for (const MEXC_TESTNET of VALUES.MEXC_TESTNET)
              yield {
                TRADING_MODE,
                LIVE_TRADING_CONFIRMED,
                CONFIRM_LIVE_TRADING,
                MOCK_TRADING,
                DRY_RUN,
                MEXC_TESTNET,
              };
}

const isLive = (flags: ModeFlags): boolean =>
  MODE_FLAGS.every((name) => flags[name] === LIVE_FLAGS[name]);

/** Said without the code under test: every flag is absent or at its harmless word. */
function isHarmless(flags: ModeFlags): boolean {
  const old = [flags.MOCK_TRADING, flags.DRY_RUN, flags.MEXC_TESTNET];
  return (
    [undefined, 'paper'].includes(flags.TRADING_MODE) &&
    [undefined, 'no'].includes(flags.LIVE_TRADING_CONFIRMED) &&
    [undefined, 'false'].includes(flags.CONFIRM_LIVE_TRADING) &&
    (old.every((value) => value === undefined) || old.every((value) => value === 'true'))
  );
}

/** Over every combination; counting instead of one assertion each keeps it within seconds. */
function tally(realVenues: readonly string[]) {
  const wrong: unknown[] = [];
  const counts = { live: 0, canaryReal: 0, canaryPaper: 0, paper: 0, all: 0, unexplained: 0 };
  for (const flags of combinations()) {
    for (const asked of ASKED) {
      const { mode, verdict, why } = effectiveMode(asked, flags, realVenues);
      counts.all += 1;
      if (mode === 'live') counts.live += 1;
      if (mode === 'paper') counts.paper += 1;
      const venue = asked.state === 'known' ? asked.venue : null;
      if (mode === 'canary' && venue === PAPER_VENUE) counts.canaryPaper += 1;
      if (mode === 'canary' && venue !== PAPER_VENUE) counts.canaryReal += 1;
      const isReal = mode === 'live' || (mode === 'canary' && venue !== PAPER_VENUE);
      const isSimulated = mode === 'paper' || (mode === 'canary' && venue === PAPER_VENUE);
      if (isReal && !isLive(flags)) wrong.push([asked, flags, mode]);
      if (isSimulated && !isHarmless(flags)) wrong.push([asked, flags, mode]);
      const isAsked = asked.state === 'known' && asked.mode === mode;
      if (mode !== 'shadow' && !isAsked) wrong.push([asked, flags, mode]);
      if ((verdict === 'NO-GO') !== why.length > 0) counts.unexplained += 1;
      if (verdict === 'NO-GO' && mode !== 'shadow') wrong.push([asked, flags, mode]);
      if (verdict === 'AS ASKED' && !isAsked) wrong.push([asked, flags, mode]);
    }
  }
  return { ...counts, wrong: wrong.slice(0, 5) };
}

describe('effectiveMode over all combinations of flags', () => {
  it('is live in exactly one of them, where there is a venue for it', () => {
    expect(tally(['mexc'])).toEqual({
      live: 1,
      canaryReal: 1,
      // TRADING_MODE 2, confirmations 2 and 2, the old flags all or none.
      canaryPaper: 16,
      paper: 16,
      all: 9 * 7 * 7 * 6 * 6 * 6 * ASKED.length,
      unexplained: 0,
      wrong: [],
    });
  }, 60_000);

  it('is never live in this build, which has no adapter', () => {
    const live: AskedMode = { state: 'known', mode: 'live', venue: null };
    expect(effectiveMode(live, LIVE_FLAGS)).toMatchObject({
      mode: 'shadow',
      verdict: 'NO-GO',
      why: ['this build has no adapter for a real venue'],
    });
    const canary: AskedMode = { state: 'known', mode: 'canary', venue: 'mexc' };
    expect(effectiveMode(canary, LIVE_FLAGS)).toMatchObject({
      mode: 'shadow',
      why: ['this build has no adapter for a real venue "mexc"'],
    });
  });
});

describe('effectiveMode', () => {
  const paper: AskedMode = { state: 'known', mode: 'paper', venue: null };
  const said = (flags: Partial<ModeFlags>, asked = paper) =>
    effectiveMode(asked, { ...NOTHING, ...flags });

  it('says each flag that is misspelled, and which words there are', () => {
    expect(said({ TRADING_MODE: 'Paper', DRY_RUN: ' true' }).why).toEqual([
      'TRADING_MODE is "Paper", required exactly shadow or paper or staged or live',
      'DRY_RUN is " true", required exactly true or false',
    ]);
  });

  it('takes TRADING_MODE=live alone for shadow, and names all that is missing', () => {
    const live: AskedMode = { state: 'known', mode: 'live', venue: null };
    expect(said({ TRADING_MODE: 'live' }, live)).toMatchObject({ mode: 'shadow' });
    expect(said({ TRADING_MODE: 'live' }, live).why).toEqual([
      'live needs LIVE_TRADING_CONFIRMED=yes, found not set',
      'live needs CONFIRM_LIVE_TRADING=true, found not set',
      'live needs MOCK_TRADING=false, found not set',
      'live needs DRY_RUN=false, found not set',
      'live needs MEXC_TESTNET=false, found not set',
      'this build has no adapter for a real venue',
    ]);
  });

  it('takes live flags under a paper register for a contradiction', () => {
    expect(effectiveMode(paper, LIVE_FLAGS).why).toEqual([
      'the flags say live, the register does not',
    ]);
  });

  it('does not trust a test network, nor fills at the price of the order', () => {
    const old = (mock: string, dry: string, testnet: string) =>
      judgeFlags({ ...NOTHING, MOCK_TRADING: mock, DRY_RUN: dry, MEXC_TESTNET: testnet });
    expect(old('false', 'false', 'true')).toMatchObject({ profile: 'staged', permits: 'shadow' });
    expect(old('false', 'true', 'true')).toMatchObject({ profile: 'dry run', permits: 'shadow' });
    expect(old('true', 'false', 'true')).toMatchObject({ profile: 'unclear', permits: 'shadow' });
    expect(old('true', 'true', 'true')).toMatchObject({ profile: 'paper', permits: 'simulated' });
  });

  it('is shadow where the register can not be read', () => {
    expect(effectiveMode({ state: 'unknown', why: 'cut off' }, NOTHING)).toMatchObject({
      mode: 'shadow',
      asked: null,
      why: ['the register does not say a mode: cut off'],
    });
  });

  it('takes shadow with a misspelled flag for a NO-GO, so that it is seen before it matters', () => {
    const shadow: AskedMode = { state: 'known', mode: 'shadow', venue: null };
    expect(said({ MOCK_TRADING: 'True' }, shadow)).toMatchObject({
      mode: 'shadow',
      verdict: 'NO-GO',
    });
    expect(said({ TRADING_MODE: 'shadow' }, shadow).verdict).toBe('AS ASKED');
  });
});
