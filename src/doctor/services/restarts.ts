import { shellWord } from '../../view/shell-word.js';
import { durationText } from '../../view/age.js';
import { check, skip, type CheckContext, type Judgement } from '../check.js';
import { CONTAINER_WINDOW_MS, containerEvidence } from './container-evidence.js';
import type { Container } from './facts.js';
import { isLooping, lastLineOf } from './loops.js';

/** Counters and rates of the last hour begin anew with a process. */
const YOUNG_MS = 3_600_000;
const BULK_SHARE_MIN = 0.5;
const BULK_SPREAD_MS_MAX = 30_000;
const BULK_MEMBERS_MIN = 3;
/** So much later than the machine a container starts that starts with it. */
const BOOT_MS_MAX = 5 * 60_000;

type Running = Container & { readonly upMs: number };

export const restarts = check({
  id: 'services.restarts',
  group: 'services',
  level: 'P1',
  title: 'no member was restarted within the window',
  matters:
    'a crash leaves no stopped container behind, only a young uptime; and counters of a young process say less than they seem to',
  components: ['services'],
  needs: ['containers'],
  looks: ['host', 'logs'],
  after: ['services.runtime', 'services.restart_loops'],
  windowMs: CONTAINER_WINDOW_MS,
  examine: ({ containers }, context): Judgement => {
    const running = containers.value.filter(
      (one): one is Running => one.state === 'running' && one.upMs !== null,
    );
    if (running.length === 0) {
      return skip('the record tells no uptime');
    }
    const young = running.filter((one) => one.upMs < YOUNG_MS && !isLooping(one));
    const figures = { young: young.length, members: running.length };
    if (young.length === 0) {
      const youngest = running.reduce((a, b) => (a.upMs <= b.upMs ? a : b));
      const says = `the youngest of ${running.length} members is ${youngest.name}, up ${durationText(youngest.upMs)}${countWords(running)}`;
      return { status: 'OK', says, evidence: [containerEvidence(containers, says)], figures };
    }
    const judged = isBulk(young, running)
      ? interruption(young, running, context)
      : defect(young, context);
    const evidence = young.map((one) => containerEvidence(containers, upWords(one)));
    return { ...judged, evidence, figures: { ...figures, spread_s: spreadMs(young) / 1_000 } };
  },
});

function isBulk(young: readonly Running[], running: readonly Running[]): boolean {
  return (
    young.length >= BULK_MEMBERS_MIN &&
    young.length >= running.length * BULK_SHARE_MIN &&
    spreadMs(young) <= BULK_SPREAD_MS_MAX
  );
}

function spreadMs(young: readonly Running[]): number {
  const ups = young.map(({ upMs }) => upMs);
  return Math.max(...ups) - Math.min(...ups);
}

type Words = Pick<Judgement, 'status' | 'level' | 'says' | 'remedy'>;

/** Many at once is what happened to the machine, and no defect of a service. */
function interruption(
  young: readonly Running[],
  running: readonly Running[],
  { readings: { host } }: CheckContext,
): Words {
  const oldest = young.reduce((a, b) => (a.upMs >= b.upMs ? a : b));
  const isBoot = host.state === 'read' && host.value.upMs < oldest.upMs + BOOT_MS_MAX;
  const spread = Math.round(spreadMs(young) / 1_000);
  return {
    status: 'WARN',
    level: 'P3',
    says:
      `environment interruption: ${young.length}/${running.length} members restarted ${durationText(oldest.upMs)} ago, spread ${spread} s` +
      `${isBoot ? ', with this machine' : ''}; counters are younger than the window`,
    remedy: {
      does: 'find out what restarted them all (update, daemon, operator); a soak that ran is inconclusive, not failed',
      command: 'last -x | head',
      risk: 'none: it only reads',
      gate: null,
    },
  };
}

function defect(young: readonly Running[], { readings }: CheckContext): Words {
  const crashed = young.filter((one) => (one.restarts ?? 0) > 0);
  const worst = crashed[0] ?? young[0];
  const name = worst?.name ?? '';
  const lastLine = lastLineOf(name, readings);
  const said = lastLine === null ? '' : `; last log line of ${name}: "${lastLine}"`;
  const told = young.map(upWords).join(', ');
  return {
    status: crashed.length > 0 ? 'FAIL' : 'WARN',
    level: crashed.length > 0 ? 'P1' : 'P2',
    says: `${told}: ${crashed.length > 0 ? 'it ended by itself and was restarted' : 'restarted while the rest went on'}${said}; its counters are younger than the window`,
    remedy: {
      does: `read what ${name} said before it ended; also whether nothing at all had come in (some services end when idle)`,
      command: `docker logs --since 1h ${shellWord(name)}`,
      risk: 'none: it only reads',
      gate: null,
    },
  };
}

function upWords({ name, upMs, restarts: count }: Running): string {
  return `${name} up ${durationText(upMs)}${count === null ? '' : `, restart count ${count}`}`;
}

/** Restarts of long ago are no alarm, and no secret. */
function countWords(running: readonly Running[]): string {
  const restarted = running.filter((one) => (one.restarts ?? 0) > 0);
  if (restarted.length === 0) return '';
  return `; restarted before: ${restarted.map(({ name, restarts: count }) => `${name} ${count ?? 0} times`).join(', ')}`;
}
