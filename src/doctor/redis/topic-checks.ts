import { streamForTopic, STREAMS } from '../../engine/domain/wire/streams.js';
import { agoText } from '../../view/age.js';
import { countText } from '../../view/figure.js';
import { TOPICS_NEEDED } from '../../view/stack-effects.js';
import { check, evidence, notExamined, type Check, type CheckContext } from '../check.js';
import { cameMs, entriesOf, shown, SAMPLE_WINDOW_MS, streamCheck, streamOf } from './sample.js';

/** A query that asks Redis for a stream by the name of a topic. */
const ASKED_STREAM =
  /\b(?:stream|key|stream_name)\s*=~?\s*"(market_data|signals|orders|order_results)"/g;

const names = streamCheck({
  id: 'streams.names',
  level: 'P1',
  title: 'streams are written and looked for by their own names',
  matters:
    'order_results is a topic, its stream is stream.fills: whoever asks otherwise finds nothing',
  components: ['execution', 'allocation', 'monitoring'],
  looks: ['rules', 'panels'],
  examine: ({ samples }, context) => {
    const { value } = samples;
    const misnamed = value.misnamed.map(({ key, type }) => {
      const meant = streamForTopic(key);
      const own = meant === undefined ? 'it is a topic' : `its stream is ${meant.name}`;
      return `a ${type} called ${key} was written, and nobody reads it: ${own}`;
    });
    const copies = streamOf(value, 'orderResults')?.view.length ?? 0;
    const fills = streamOf(value, 'fills')?.view.length ?? 0;
    const halved =
      copies > 0 && fills === 0
        ? [
            `${STREAMS.orderResults.name} has ${countText(copies)} entries, ${STREAMS.fills.name} none`,
          ]
        : [];
    const bad = [...misnamed, ...halved, ...askedWrongly(context)];
    if (bad.length === 0) {
      const says = `no key carries the name of a topic; ${STREAMS.fills.name} holds ${countText(fills)}`;
      return { status: 'OK', says, evidence: [evidence(samples, says)] };
    }
    return {
      status: 'FAIL',
      says: bad.slice(0, 3).join('; '),
      evidence: bad.slice(0, 10).map((fault) => evidence(samples, fault)),
      figures: { faults: bad.length },
      remedy: {
        does: `correct the name where it is written or asked for: results are in ${STREAMS.fills.name}`,
        command: `cdb streams tail ${STREAMS.fills.name} -n 3`,
        risk: 'none: it only reads',
        gate: null,
      },
    };
  },
});

function askedWrongly({ readings: { rules, panels } }: CheckContext): readonly string[] {
  const asked = [
    ...(rules.state === 'read'
      ? rules.value.map(({ name, expression }) => ({ name, query: expression }))
      : []),
    ...(panels.state === 'read'
      ? panels.value.map(({ title, query }) => ({ name: title, query }))
      : []),
  ];
  return asked.flatMap(({ name, query }) =>
    [...query.matchAll(ASKED_STREAM)].map(
      ([, topic = '']) =>
        `"${shown(name)}" asks for a stream ${topic}: it is ${streamForTopic(topic)?.name ?? 'a topic'}`,
    ),
  );
}

const listeners = check({
  id: 'streams.listeners',
  group: 'streams',
  level: 'P1',
  title: 'somebody listens to every topic that needs a reader',
  matters: 'a topic has no history: what nobody hears is lost, and its service looks healthy',
  components: ['signal', 'risk', 'execution'],
  needs: ['samples', 'stack'],
  after: ['streams.reach'],
  windowMs: SAMPLE_WINDOW_MS,
  examine: ({ samples, stack }) => {
    const { writer } = samples.value;
    if (writer === 'cdb') return notExamined('our own engine passes messages on in memory');
    const needed = stack.value.topics.filter(({ topic }) => TOPICS_NEEDED.includes(topic));
    const known = needed.filter(({ subscribers }) => subscribers !== null);
    if (known.length === 0) return notExamined('the user may not ask PUBSUB NUMSUB');
    const deaf = known.filter(({ subscribers }) => subscribers === 0).map(({ topic }) => topic);
    if (writer === 'nobody' && deaf.length === known.length) {
      return notExamined('nothing of a stack was ever written here, and nobody listens');
    }
    const counts = known
      .map(({ topic, subscribers }) => `${topic} ${subscribers ?? '?'}`)
      .join(', ');
    const seen = evidence(stack, `listeners: ${counts}`);
    if (deaf.length === 0) return { status: 'OK', says: seen.what, evidence: [seen] };
    return {
      status: 'FAIL',
      says: `nobody listens to ${deaf.join(', ')}: what is published there is lost (${counts})`,
      evidence: [seen],
      figures: { deaf: deaf.length },
      remedy: {
        does: 'restart the services that should: signal for market_data, risk for signals and order_results, execution for orders',
        command: 'cdb doctor --group services',
        risk: 'what a service holds in memory only is gone with its restart',
        gate: null,
        testsAfter: ['cdb doctor --only streams.listeners'],
      },
    };
  },
});

const shutdown = streamCheck({
  id: 'streams.shutdown',
  level: 'P1',
  title: 'no old shutdown entry waits for the next start',
  matters: 'execution reads them all when it starts, and any one of them blocks every order',
  components: ['execution', 'safety'],
  looks: ['stack', 'services'],
  examine: ({ samples }, context) => {
    const { value } = samples;
    const { name } = STREAMS.botShutdown;
    const length = streamOf(value, 'botShutdown')?.view.length ?? 0;
    if (value.streams.length === 0) return notExamined('nothing of a stack was ever written here');
    if (length === 0) {
      const says = `${name} holds no entry`;
      return { status: 'OK', says, evidence: [evidence(samples, says)] };
    }
    const listed = entriesOf(value, 'botShutdown')
      .slice(-10)
      .map((entry) => {
        const who = entry.fields['strategy_id'] ?? 'all strategies';
        const why = entry.fields['reason'] ?? 'no reason';
        return `${agoText(cameMs(entry), value.clockMs)}: ${shown(who)}, ${shown(why)}`;
      });
    const newest = listed.at(-1) ?? 'may not be read';
    const says = `${name} holds ${countText(length)} entries, the newest ${newest}`;
    const runs = executionRuns(context);
    if (value.writer === 'cdb' && !runs) {
      return {
        status: 'OK',
        says: `${says}; an engine of cdb goes by its register, not by them`,
        evidence: [evidence(samples, says)],
      };
    }
    return {
      status: runs ? 'FAIL' : 'WARN',
      says: runs ? `${says}, and an execution service runs` : says,
      evidence: listed.map((entry) => evidence(samples, `${name}: ${entry}`)),
      figures: { entries: length },
      remedy: {
        does: 'if the stop is meant, leave it; if it is over, take the old entries away and restart execution',
        command: `redis-cli XTRIM ${name} MAXLEN 0`,
        risk: 'takes every stop away that is meant as well: read the entries first',
        gate: null,
      },
    };
  },
});

/** Whoever listens to orders executes them. */
function executionRuns({ readings: { stack, services } }: CheckContext): boolean {
  const answers = services.state === 'read' ? services.value : [];
  if (answers.some(({ service, fault }) => /execution/.test(service) && fault === null))
    return true;
  if (stack.state !== 'read') return false;
  return stack.value.topics.some(
    ({ topic, subscribers }) => topic === 'orders' && (subscribers ?? 0) > 0,
  );
}

export const TOPIC_CHECKS: readonly Check[] = [names, listeners, shutdown];
