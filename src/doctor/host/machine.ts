import { check, evidence, skip, type Check, type Judgement } from '../check.js';
import { durationText } from '../../view/age.js';

const NOW_MS_MAX = 60_000;
const MEMORY_WARN_FRACTION = 0.1;
const MEMORY_FAIL_FRACTION = 0.03;
const LOAD_PER_CORE_WARN = 10;

const memory = check({
  id: 'host.memory',
  group: 'host',
  level: 'P2',
  title: 'the machine has memory left',
  matters: 'without memory the system ends a process of its own choice',
  components: ['host'],
  needs: ['host'],
  windowMs: NOW_MS_MAX,
  examine: ({ host }): Judgement => {
    const { memoryBytes, memoryAvailableBytes } = host.value;
    const fraction = memoryAvailableBytes / memoryBytes;
    const isLow = !(fraction >= MEMORY_WARN_FRACTION);
    const says = `${(fraction * 100).toFixed(0)} % of ${(memoryBytes / 1_024 ** 3).toFixed(1)} GiB is available`;
    return {
      status: fraction < MEMORY_FAIL_FRACTION ? 'FAIL' : isLow ? 'WARN' : 'OK',
      says,
      evidence: [evidence(host, says)],
      ...(isLow && {
        remedy: {
          ...LOOK,
          does: 'see which process takes most',
          command: 'ps aux --sort=-rss | head',
        },
      }),
    };
  },
});

const load = check({
  id: 'host.load',
  group: 'host',
  level: 'P3',
  title: 'the machine keeps up with its work',
  matters: 'where processes wait for a processor, every latency and every timeout means less',
  components: ['host'],
  needs: ['host'],
  windowMs: NOW_MS_MAX,
  examine: ({ host }): Judgement => {
    const { loadPerCore } = host.value;
    const isHigh = !(loadPerCore <= LOAD_PER_CORE_WARN);
    const says = `${loadPerCore.toFixed(2)} processes wait for each core (five minutes)`;
    return {
      status: isHigh ? 'WARN' : 'OK',
      says,
      evidence: [evidence(host, says)],
      ...(isHigh && {
        remedy: {
          ...LOOK,
          does: 'see which process works most',
          command: 'ps aux --sort=-pcpu | head',
        },
      }),
    };
  },
});

const reboot = check({
  id: 'host.reboot',
  group: 'host',
  level: 'P3',
  title: 'the system does not wait for a restart',
  matters:
    'an update that restarts the machine in the night ends a soak, and every position is unwatched',
  components: ['host'],
  needs: ['host'],
  windowMs: NOW_MS_MAX,
  examine: ({ host }): Judgement => {
    const { rebootPending, upMs } = host.value;
    if (rebootPending === undefined) {
      return skip('this system does not say whether it waits for a restart');
    }
    const says = `${rebootPending ? 'the system waits for a restart' : 'no restart is pending'}, up ${durationText(upMs)}`;
    return {
      status: rebootPending ? 'WARN' : 'OK',
      says,
      evidence: [evidence(host, says)],
      ...(rebootPending && {
        remedy: {
          does: 'restart it at a time of your choice, before a soak and not within one',
          command: 'cat /run/reboot-required.pkgs',
          risk: 'none: it only reads',
          gate: null,
        },
      }),
    };
  },
});

const LOOK = { risk: 'none: it only reads', gate: null };

export const MACHINE_CHECKS: readonly Check[] = [memory, load, reboot];
