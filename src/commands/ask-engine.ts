import type { EngineClient, EngineRequest } from '../engine/ports/engine-client.js';
import { EXIT, OperatorError, type ExitCode } from '../operator-error.js';
import { ERROR_CATALOGUE, type ErrorCode } from '../operator-error/catalogue.js';

/** A healthy engine answers in milliseconds; one that takes longer than this is not well. */
export const ASK_TIMEOUT_MS = 3_000;
/** Fills and blocks go through the database, which the engine itself gives 5 s. */
export const ASK_DATABASE_TIMEOUT_MS = 6_000;

/**
 * One question to the running engine.
 * @returns null when no engine runs
 * @throws OperatorError when it does not answer (exit 4), refuses, or speaks another version
 */
export async function askEngine<T>(
  engine: EngineClient,
  request: EngineRequest,
  read: (body: unknown) => T | null,
): Promise<T | null> {
  const answer = await engine.call(request);
  if (answer.state === 'absent') return null;
  if (answer.state === 'silent') throw engineSilent(answer.why, answer.pid);
  if (answer.status !== 200) throw raisedAgain(answer.body, answer.status);
  const data = read(answer.body);
  if (data === null) throw otherVersion(request.path);
  return data;
}

export function engineSilent(why: string, pid: number | null): OperatorError {
  const who = pid === null ? 'the engine' : `the engine (pid ${pid})`;
  return new OperatorError({
    code: 'CDB-E0701',
    what: 'Cannot reach the running engine',
    why: `${who} holds the state directory but does not answer: ${why}`,
    todo: 'cdb logs says what it did last; "cdb stop" ends it, "cdb kill-switch engage" works without it',
    exit: EXIT.UNREACHABLE,
  });
}

/** The engine's error becomes this process's error, so that every terminal reads the same words. */
function raisedAgain(body: unknown, status: number): OperatorError {
  const error = member(body, 'error');
  const text = (name: string): string | null => {
    const value = member(error, name);
    return typeof value === 'string' ? value : null;
  };
  return new OperatorError({
    code: knownCode(text('code')),
    what: text('what') ?? `The engine answered with status ${status}`,
    why: text('why') ?? 'it gave no reason',
    todo: text('todo') ?? 'cdb status',
    exit: knownExit(member(error, 'exit')),
  });
}

function otherVersion(path: string): OperatorError {
  return new OperatorError({
    code: 'CDB-E0706',
    what: `Cannot read the engine's answer to "${path}"`,
    why: 'the engine that runs is of another version than this cdb',
    todo: 'use the cdb that started it, or stop it and start it again with this one',
    exit: EXIT.CONFLICT,
  });
}

function member(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  return Object.entries(value).find(([key]) => key === name)?.[1];
}

function knownCode(code: string | null): ErrorCode {
  return code !== null && isCode(code) ? code : 'CDB-E0706';
}

function isCode(code: string): code is ErrorCode {
  return Object.hasOwn(ERROR_CATALOGUE, code);
}

function knownExit(exit: unknown): ExitCode {
  return Object.values(EXIT).find((known) => known === exit) ?? EXIT.UNREACHABLE;
}
