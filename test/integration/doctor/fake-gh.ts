import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What `gh` answers, by the beginning of its arguments; a text is a refusal on stderr. */
export type GhAnswers = Readonly<Record<string, object | string>>;

/**
 * A program of that name in front of the real one. It refuses to be asked without being told not to
 * prompt, and what it does not know.
 * @returns the PATH with it
 */
export function fakeGh(directory: string, answers: GhAnswers): string {
  const bin = join(directory, 'bin');
  mkdirSync(bin, { recursive: true });
  const file = join(bin, 'gh');
  writeFileSync(file, PROGRAM.replace('ANSWERS', JSON.stringify(answers)));
  chmodSync(file, 0o755);
  return `${bin}:${process.env['PATH'] ?? ''}`;
}

const PROGRAM = `#!/usr/bin/env node
const answers = ANSWERS;
const words = process.argv.slice(2).join(' ');
const known = Object.keys(answers).find((words_) => words.startsWith(words_));
const answer = known === undefined ? 'unknown command: ' + words : answers[known];
if (process.env.GH_PROMPT_DISABLED !== '1') {
  process.stderr.write('it would have asked somebody');
  process.exitCode = 2;
} else if (typeof answer === 'string') {
  process.stderr.write(answer);
  process.exitCode = 1;
} else process.stdout.write(JSON.stringify(answer));
`;
