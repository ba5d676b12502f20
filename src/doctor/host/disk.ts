import { shellWord } from '../../view/shell-word.js';
import { check, evidence, skip, type Judgement } from '../check.js';
import type { Disk } from './facts.js';

const NOW_MS_MAX = 60_000;
const GIB = 1_024 ** 3;
/** Of the pre-flight of the operated stack: so much is enough, whatever share of the disk it is. */
const ENOUGH_BYTES = 30 * GIB;
const WARN_FRACTION = 0.2;
const FAIL_FRACTION = 0.1;

/** The worst comes first. */
const WORDS = ['full', 'low', 'unknown', 'enough'] as const;
type DiskWord = (typeof WORDS)[number];

export const disk = check({
  id: 'host.disk',
  group: 'host',
  level: 'P1',
  title: 'every file system that we write to has room',
  matters:
    'a full disk stops the journal, and with it every decision; a soak is aborted below 10 %',
  components: ['host'],
  needs: ['host'],
  windowMs: NOW_MS_MAX,
  examine: ({ host }): Judgement => {
    const judged = host.value.disks
      .map((one) => ({ one, word: wordOf(one) }))
      .sort((a, b) => WORDS.indexOf(a.word) - WORDS.indexOf(b.word));
    const [worst] = judged;
    if (worst === undefined) return skip('no directory of ours is known');
    const bad = judged.filter(({ word }) => word !== 'enough');
    const says = (bad.length === 0 ? [worst] : bad).map(({ one, word }) => diskWords(one, word));
    const free = worst.one.freeBytes === null ? null : Math.round(worst.one.freeBytes / GIB);
    return {
      status: worst.word === 'full' ? 'FAIL' : worst.word === 'enough' ? 'OK' : 'WARN',
      level: worst.word === 'full' ? 'P1' : 'P2',
      says: says.join('; '),
      evidence: judged.map(({ one, word }) => evidence(host, diskWords(one, word))),
      ...(bad.length > 0 && { remedy: remedyOf(worst.word, worst.one) }),
      figures: { free_gib: free, unknown: judged.filter(({ word }) => word === 'unknown').length },
    };
  },
});

function wordOf({ sizeBytes, freeBytes }: Disk): DiskWord {
  if (sizeBytes === null || freeBytes === null || sizeBytes <= 0) return 'unknown';
  if (freeBytes >= ENOUGH_BYTES) return 'enough';
  const fraction = freeBytes / sizeBytes;
  return fraction < FAIL_FRACTION ? 'full' : fraction < WARN_FRACTION ? 'low' : 'enough';
}

function diskWords({ path, sizeBytes, freeBytes }: Disk, word: DiskWord): string {
  if (word === 'unknown' || sizeBytes === null || freeBytes === null) {
    return `${path}: free space is unknown, which is not "enough"`;
  }
  const share = ((freeBytes / sizeBytes) * 100).toFixed(0);
  return `${path}: ${(freeBytes / GIB).toFixed(1)} GiB free, ${share} % (${word})`;
}

function remedyOf(word: DiskWord, { path }: Disk): NonNullable<Judgement['remedy']> {
  return {
    does:
      word === 'unknown'
        ? 'see why the directory cannot be looked at'
        : 'make room: see what takes most',
    command:
      word === 'unknown' ? `ls -ld ${shellWord(path)}` : `du -xh --max-depth=2 ${shellWord(path)}`,
    risk: 'none: it only reads',
    gate: null,
  };
}
