import { durationText } from '../../view/age.js';
import { countText } from '../../view/figure.js';
import { check, evidence, notExamined, type Check, type CheckContext } from '../check.js';
import { reachCheck } from '../reach.js';
import { SAMPLE_WINDOW_MS, streamCheck } from './sample.js';

const AHEAD_WARN_MS = 2_000;
const AHEAD_FAIL_MS = 5_000;
/** Fewer messages say nothing about a share. */
const PUBLISHED_MIN = 100;
const RECEIVED_FRACTION_MIN = 0.9;
const RECEIVERS = /\.(?:market_messages_received_total|candle_trades_processed_total)$/;
const PUBLISHER = /\.redis_publish_total$/;

const readable = reachCheck('samples', {
  id: 'streams.reach',
  group: 'streams',
  level: 'P1',
  title: 'the streams can be read',
  matters: 'what flows, and what no longer does, is seen there first',
  components: ['redis'],
  windowMs: SAMPLE_WINDOW_MS,
  remedy: {
    does: 'see what the place of the streams says',
    command: 'cdb streams list',
    risk: 'none: it only reads',
    gate: null,
  },
});

/** Comes after Redis where there is one; the files of our own engine need none. */
const reach: Check = {
  ...readable,
  looks: ['samples', 'redisServer'],
  examine: (seen, context) => {
    const cause = redisTrouble(context);
    return cause === null ? readable.examine(seen, context) : notExamined(cause);
  },
};

function redisTrouble({ readings: { redisServer } }: CheckContext): string | null {
  if (redisServer.state === 'failed' || redisServer.state === 'timeout') {
    return 'Redis does not answer: see redis.reach';
  }
  const isLoading = redisServer.state === 'read' && redisServer.value.isLoading === true;
  return isLoading ? 'Redis still loads: see redis.loading' : null;
}

const caps = streamCheck({
  id: 'streams.caps',
  level: 'P3',
  title: 'which streams are at their cap',
  matters: 'the length of a capped stream says "full", not how much there was: only growth counts',
  components: ['redis'],
  examine: ({ samples }) => {
    const { streams } = samples.value;
    if (streams.length === 0) return notExamined('nothing was ever published');
    const capped = streams.filter(
      ({ view }) => view.lengthMax !== null && view.length >= view.lengthMax,
    );
    const words = capped.map(({ view }) => `${view.name} ${countText(view.length)} capped`);
    const says =
      words.length === 0
        ? `${streams.length} streams, none at its cap`
        : `${words.join(', ')}: their length is not the total`;
    return {
      status: 'OK',
      says,
      evidence: [evidence(samples, says)],
      figures: Object.fromEntries(capped.map(({ view }) => [`${view.name} capped`, view.length])),
    };
  },
});

const clock = streamCheck({
  id: 'streams.clock',
  level: 'P1',
  title: 'no stream is ahead of its clock',
  matters: 'after an id of the future all that follow repeat its time: every age is wrong',
  components: ['redis'],
  examine: ({ samples }) => {
    const { streams, clockMs } = samples.value;
    const timed = streams.flatMap(({ view }) =>
      view.lastAtMs === null ? [] : [{ name: view.name, aheadMs: view.lastAtMs - clockMs }],
    );
    const [first] = [...timed].sort((a, b) => b.aheadMs - a.aheadMs);
    if (first === undefined) return notExamined('no stream tells when it was written');
    const { aheadMs, name } = first;
    const isAhead = aheadMs > AHEAD_WARN_MS;
    const says = isAhead
      ? `${name} is ${durationText(aheadMs)} ahead of the server's clock`
      : `none of ${timed.length} streams is ahead of its clock`;
    return {
      status: aheadMs > AHEAD_FAIL_MS ? 'FAIL' : isAhead ? 'WARN' : 'OK',
      says,
      evidence: [evidence(samples, says)],
      figures: { ahead_ms: Math.max(0, aheadMs) },
      ...(isAhead && {
        remedy: {
          does: 'see whether the clock of Redis went back, or somebody writes ids of his own',
          command: 'cdb doctor --only redis.clock',
          risk: 'none: it only reads',
          gate: null,
        },
      }),
    };
  },
});

const delivery = check({
  id: 'streams.delivery',
  group: 'streams',
  level: 'P1',
  title: 'readers receive what is published on market_data',
  matters: 'a reader that is cut off loses most of a burst, and no counter of its own shows it',
  components: ['websocket', 'candles', 'signal'],
  needs: ['counters'],
  windowMs: SAMPLE_WINDOW_MS,
  examine: ({ counters }) => {
    const [before, after] = counters.value.samples.slice(-2);
    if (before === undefined || after === undefined) return notExamined('there is one sample only');
    const growth = (name: string): number | null => {
      const [from, to] = [before.counters[name], after.counters[name]];
      if (from === undefined || to === undefined || from.sinceMs !== to.sinceMs) return null;
      return to.value < from.value ? null : to.value - from.value;
    };
    const named = Object.keys(after.counters);
    const published = named.filter((name) => PUBLISHER.test(name)).map(growth);
    if (published.length === 0 || published.includes(null)) {
      return notExamined('what is published is not counted, or its counter began anew');
    }
    const total = published.reduce<number>((sum, count) => sum + (count ?? 0), 0);
    if (total < PUBLISHED_MIN) return notExamined(`only ${total} messages were published`);
    const received = named
      .filter((name) => RECEIVERS.test(name))
      .flatMap((name) => {
        const count = growth(name);
        return count === null ? [] : [{ name, count }];
      });
    if (received.length === 0) return notExamined('no reader counts what it receives');
    const words = received.map(({ name, count }) => `${name} +${count}`).join(', ');
    const says = `of ${total} published messages: ${words}`;
    const isLost = received.some(({ count }) => count < RECEIVED_FRACTION_MIN * total);
    return {
      status: isLost ? 'FAIL' : 'OK',
      says,
      evidence: [evidence(counters, says)],
      figures: { published: total, received_min: Math.min(...received.map(({ count }) => count)) },
      ...(isLost && {
        remedy: {
          does: 'see whether a listener is cut off by Redis, and restart the one that lags',
          command: 'cdb doctor --only redis.clients',
          risk: 'none: it only reads',
          gate: null,
        },
      }),
    };
  },
});

export const STREAM_CHECKS: readonly Check[] = [reach, caps, clock, delivery];
