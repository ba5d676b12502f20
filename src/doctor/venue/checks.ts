import { check, evidence, skip, type Check, type Judgement } from '../check.js';
import { reachCheck } from '../reach.js';

const NOW_MS_MAX = 60_000;
const SLOW_MS = 1_000;
/** Of Binance, the only one that counts aloud. */
const WEIGHT_MAX = 6_000;
const WEIGHT_FRACTION_WARN = 0.8;

const reach = reachCheck('venue', {
  id: 'venue.reach',
  group: 'venue',
  level: 'P1',
  title: 'the venue answers with its time',
  matters: 'without the venue there is no market data, and no order could be cancelled',
  components: ['venue'],
  windowMs: NOW_MS_MAX,
  remedy: {
    does: 'see whether the network or the venue is away; one that refuses asks to be left alone for a while',
    command: 'cdb config get feed',
    risk: 'none: it only reads',
    gate: null,
  },
});

const latency = check({
  id: 'venue.latency',
  group: 'venue',
  level: 'P3',
  title: 'the venue answers quickly',
  matters: 'an order that takes seconds meets another market than the one it was decided in',
  components: ['venue'],
  needs: ['venue'],
  after: ['venue.reach'],
  windowMs: NOW_MS_MAX,
  examine: ({ venue }): Judgement => {
    const { name, roundTripMs } = venue.value;
    if (roundTripMs === undefined) return skip('not measured');
    const isSlow = roundTripMs > SLOW_MS;
    const says = `${name} answered in ${roundTripMs} ms, connecting included`;
    return {
      status: isSlow ? 'WARN' : 'OK',
      says,
      evidence: [evidence(venue, says)],
      figures: { round_trip_ms: roundTripMs },
      ...(isSlow && {
        remedy: {
          does: 'measure from another network; the way to the venue is slow',
          command: null,
          risk: 'none: it only reads',
          gate: null,
        },
      }),
    };
  },
});

const rateLimit = check({
  id: 'venue.rate_limit',
  group: 'venue',
  level: 'P2',
  title: 'requests stay well below what the venue allows',
  matters:
    'past the limit the venue refuses, and later bans: then no order can be cancelled either',
  components: ['venue'],
  needs: ['venue'],
  after: ['venue.reach'],
  windowMs: NOW_MS_MAX,
  examine: ({ venue }): Judgement => {
    const { name, usedWeight } = venue.value;
    if (usedWeight === undefined) {
      return skip(`${name} does not say what it has counted`);
    }
    const isHigh = usedWeight >= WEIGHT_MAX * WEIGHT_FRACTION_WARN;
    const says = `${usedWeight} of ${WEIGHT_MAX} weight used in a minute`;
    return {
      status: isHigh ? 'WARN' : 'OK',
      says,
      evidence: [evidence(venue, says)],
      figures: { used_weight: usedWeight, weight_max: WEIGHT_MAX },
      ...(isHigh && {
        remedy: {
          does: 'find out who else asks from this address',
          command: null,
          risk: 'none: it only reads',
          gate: null,
        },
      }),
    };
  },
});

export const VENUE_CHECKS: readonly Check[] = [reach, latency, rateLimit];
