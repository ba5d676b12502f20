import { execFile } from 'node:child_process';
import { statSync } from 'node:fs';
import { errnoOf } from '../../operator-error/errno.js';

const PROGRAM_MS_MAX = 2_000;
const OUTPUT_BYTES_MAX = 16 * 1_024 * 1_024;

export type ProgramAnswer =
  | { readonly ok: true; readonly stdout: string }
  /** `isMissing`: there is no such program. `why` is its first line of complaint. */
  | { readonly ok: false; readonly isMissing: boolean; readonly why: string };

export interface ProgramCall {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
}

/** Never asks anybody anything, and ends in time. Never rejects. */
export function runProgram(
  program: string,
  args: readonly string[],
  { cwd, env, signal }: ProgramCall,
): Promise<ProgramAnswer> {
  // The system says "no such file" of the program, whichever of the two is not there.
  if (statSync(cwd, { throwIfNoEntry: false })?.isDirectory() !== true) {
    return Promise.resolve({ ok: false, isMissing: false, why: `"${cwd}" is no directory` });
  }
  const options = {
    ...{ encoding: 'utf8' as const, cwd, env, signal },
    timeout: PROGRAM_MS_MAX,
    killSignal: 'SIGKILL' as const,
    maxBuffer: OUTPUT_BYTES_MAX,
  };
  return new Promise((resolve) => {
    const child = execFile(program, [...args], options, (fault, stdout, stderr) => {
      if (fault === null) resolve({ ok: true, stdout });
      else resolve(refusal(program, fault, stderr));
    });
    child.stdin?.end();
  });
}

function refusal(
  program: string,
  fault: Error & { readonly killed?: boolean },
  stderr: string,
): ProgramAnswer {
  const errno = errnoOf(fault);
  if (errno === 'ENOENT') {
    return { ok: false, isMissing: true, why: `there is no program "${program}"` };
  }
  if (fault.killed === true || errno === 'ABORT_ERR') {
    return { ok: false, isMissing: false, why: `${program} gave no answer in time` };
  }
  const [line = ''] = stderr.trim().split('\n');
  return { ok: false, isMissing: false, why: line.slice(0, 300) || `${program} failed` };
}
