import { DependencyError } from '../../operator-error.js';
import { runProgram, type ProgramAnswer, type ProgramCall } from './run-program.js';

export interface GitState {
  readonly path: string;
  readonly branch: string;
  readonly commit: string | null;
  readonly subject: string | null;
  readonly changedFiles: number;
  readonly untrackedFiles: number;
}

/** Programs that a repository may name are not run. */
const HARMLESS = ['-c', 'core.fsmonitor=false', '-c', 'log.showSignature=false'];

/**
 * @returns what keeps it from being told, where there is no git or no repository
 * @throws DependencyError when git fails
 */
export async function gitState(
  directory: string,
  call: Omit<ProgramCall, 'cwd'>,
): Promise<GitState | { readonly absent: string }> {
  const git = (...args: readonly string[]) =>
    runProgram('git', [...HARMLESS, ...args], { ...call, cwd: directory, env: gitEnv(call.env) });
  const top = await git('rev-parse', '--show-toplevel');
  if (!top.ok && (top.isMissing || /not a git repository/.test(top.why))) {
    return { absent: top.isMissing ? top.why : `${directory} is in no git repository` };
  }
  const path = textOf(top).trim();
  const [status, log] = await Promise.all([
    git('status', '--porcelain=v2', '--branch', '--untracked-files=normal'),
    git('log', '-1', '--format=%h%n%s'),
  ]);
  const lines = textOf(status)
    .split('\n')
    .filter((line) => line !== '');
  const [commit, subject] = log.ok ? log.stdout.split('\n') : [];
  return {
    path,
    branch: lines.find((line) => line.startsWith(BRANCH))?.slice(BRANCH.length) ?? '(unknown)',
    commit: commit ?? null,
    subject: subject ?? null,
    changedFiles: lines.filter((line) => /^[12u] /.test(line)).length,
    untrackedFiles: lines.filter((line) => line.startsWith('? ')).length,
  };
}

const BRANCH = '# branch.head ';

function textOf(answer: ProgramAnswer): string {
  if (answer.ok) return answer.stdout;
  throw new DependencyError(`git: ${answer.why.replace(/^fatal: /, '')}`, {
    dependency: 'git',
    retryable: true,
  });
}

/** GIT_DIR and its like, which hooks have, would answer for another repository. */
function gitEnv(env: ProgramCall['env']): ProgramCall['env'] {
  const own = Object.entries(env).filter(([name]) => !name.startsWith('GIT_'));
  return {
    ...Object.fromEntries(own),
    LC_ALL: 'C',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_NO_LAZY_FETCH: '1',
    GIT_TERMINAL_PROMPT: '0',
  };
}
