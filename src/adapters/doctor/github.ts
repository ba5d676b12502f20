import { DependencyError } from '../../operator-error.js';
import { runProgram, type ProgramCall } from './run-program.js';

/** What there is to say where GitHub has nothing to say. */
export type GithubAnswer =
  | { readonly kind: 'answer'; readonly value: unknown }
  /** 404, in the words of the API. */
  | { readonly kind: 'none'; readonly why: string }
  /** No `gh`, nobody logged in, or no repository of GitHub. */
  | { readonly kind: 'absent'; readonly why: string };

const NOT_LOGGED_IN = /gh auth login|GH_TOKEN|not logged in|authentication/i;
const NO_REMOTE = /no git remotes|none of the git remotes|not a git repository/i;

/**
 * Asks GitHub through `gh`, which knows how to log in; it is never left to ask anybody.
 * @throws DependencyError when it answers with a fault, or not in time
 */
export async function github(args: readonly string[], call: ProgramCall): Promise<GithubAnswer> {
  const answer = await runProgram('gh', args, {
    ...call,
    env: { ...call.env, ...QUIET },
  });
  if (answer.ok) return { kind: 'answer', value: parsed(answer.stdout) };
  const { why } = answer;
  if (answer.isMissing) return { kind: 'absent', why };
  if (/HTTP 404/.test(why)) return { kind: 'none', why };
  if (NOT_LOGGED_IN.test(why)) return { kind: 'absent', why: 'gh is not logged in' };
  if (NO_REMOTE.test(why)) return { kind: 'absent', why: 'the repository is none of GitHub' };
  throw unusable(why);
}

const QUIET = {
  GH_PROMPT_DISABLED: '1',
  GH_NO_UPDATE_NOTIFIER: '1',
  GH_PAGER: 'cat',
  NO_COLOR: '1',
  GIT_TERMINAL_PROMPT: '0',
  LC_ALL: 'C',
};

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (fault) {
    throw unusable('its answer is no JSON', fault);
  }
}

function unusable(why: string, cause?: unknown): DependencyError {
  return new DependencyError(`gh: ${why}`, { dependency: 'github', retryable: true, cause });
}
