import { describe, expect, it, test } from 'vitest';
import { readCommandLine } from '../../../src/main/command-line.js';

function wordsOf(...args: readonly string[]): readonly string[] {
  const call = readCommandLine(args, '1');
  if (call === undefined) throw new Error('it was no call');
  return call.options.words;
}

describe('callWords', () => {
  test.each([
    ['run --shadow', ['run', '--shadow']],
    ['--state-dir s run -q', ['run', '--state-dir=s', '--quiet']],
    ['run --duration 8h --speed 0.5x', ['run', '--speed=0.5', '--duration=28800000ms']],
    ['run --set a.b=1 --set c.d=2', ['run', '--set=a.b=1', '--set=c.d=2']],
    ['run --symbols A,B --seed 7', ['run', '--symbols=A,B', '--seed=7']],
    ['run --feed=--detach', ['run', '--feed=--detach']],
    ['kill-switch engage --scope all now', ['kill-switch', 'engage', '--scope=all', 'now']],
    ['logs -n 5 -f --since 90s', ['logs', '--follow', '--since=90000ms', '--count=5']],
  ])('of "%s" mean the same', (line, words) => {
    expect(wordsOf(...line.split(' '))).toEqual(words);
    expect(wordsOf(...words)).toEqual(words);
  });

  it('keep blanks and quotes, since no shell reads them', () => {
    const feed = `my "trades" 'of' today.csv`;
    expect(wordsOf('run', '--feed', feed)).toEqual(['run', `--feed=${feed}`]);
  });
});
