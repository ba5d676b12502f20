import { execFile } from 'node:child_process';
import { basename, dirname } from 'node:path';
import { errnoOf } from '../../operator-error/errno.js';
import { GATE_BYTES_MAX } from './gate-text.js';

const GIT_MS_MAX = 5_000;

export type CommittedText =
  | { readonly ok: true; readonly commit: string; readonly text: string }
  | { readonly ok: false; readonly why: string };

/** What the newest commit of the branch that is checked out has in the place of this file. */
export async function committedText(path: string): Promise<CommittedText> {
  const directory = dirname(path);
  const head = await git(directory, 'rev-parse', '--verify', '--quiet', 'HEAD^{commit}');
  if (!head.ok) return { ok: false, why: head.why === '' ? 'there is no commit yet' : head.why };
  const commit = head.text.trim();
  // No "git show": it may run programs that the repository names.
  const blob = await git(directory, 'cat-file', 'blob', `${commit}:./${basename(path)}`);
  if (blob.ok) return { ok: true, commit, text: blob.text };
  const isMissing = /does not exist|exists on disk, but not in/.test(blob.why);
  return { ok: false, why: isMissing ? 'the newest commit has no such file' : blob.why };
}

/** @returns null where the directory is in no repository, or nobody can tell */
export async function repositoryRoot(directory: string): Promise<string | null> {
  const top = await git(directory, 'rev-parse', '--show-toplevel');
  const path = top.ok ? top.text.replace(/\n$/, '') : '';
  return path === '' ? null : path;
}

type GitAnswer =
  { readonly ok: true; readonly text: string } | { readonly ok: false; readonly why: string };

function git(directory: string, ...args: readonly string[]): Promise<GitAnswer> {
  const options = {
    encoding: 'utf8' as const,
    timeout: GIT_MS_MAX,
    killSignal: 'SIGKILL' as const,
    maxBuffer: 2 * GATE_BYTES_MAX,
    env: gitEnvironment(),
  };
  return new Promise((resolve) => {
    execFile('git', ['-C', directory, ...args], options, (fault, stdout, stderr) => {
      if (fault === null) resolve({ ok: true, text: stdout });
      else resolve({ ok: false, why: words(fault, stderr) });
    });
  });
}

/** GIT_DIR and its like, which hooks have, would answer for another repository. */
function gitEnvironment(): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith('GIT_'));
  return {
    ...Object.fromEntries(own),
    LC_ALL: 'C',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_NO_LAZY_FETCH: '1',
    GIT_NO_REPLACE_OBJECTS: '1',
    GIT_TERMINAL_PROMPT: '0',
  };
}

function words(fault: Error & { readonly killed?: boolean }, stderr: string): string {
  const errno = errnoOf(fault);
  if (errno === 'ENOENT') return 'there is no program "git"';
  if (errno === 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER') return 'the committed file is too large';
  if (fault.killed === true) return `git gave no answer within ${GIT_MS_MAX / 1000} s`;
  const [line = ''] = stderr.split('\n');
  if (/not a git repository/.test(line)) return 'it is in no git repository';
  return line.replace(/^fatal: /, '').slice(0, 200);
}
