import type { ErrorCode } from './operator-error/catalogue.js';

/** Process exit statuses, one table for every command. Source: cli.md 2.1. */
export const EXIT = {
  OK: 0,
  FINDING: 1,
  USAGE: 2,
  CONFIG: 3,
  UNREACHABLE: 4,
  REFUSED: 5,
  CONFLICT: 6,
  TIMEOUT: 7,
  NOT_FOUND: 8,
  INTERNAL: 70,
  SIGINT: 130,
  SIGTERM: 143,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

export interface OperatorErrorFields {
  readonly code: ErrorCode;
  /** The failed action; sentence case, no final period, quoted values, required then current. */
  readonly what: string;
  readonly why: string;
  /** What the operator does about it; a command wherever there is one. */
  readonly todo: string;
  readonly exit: ExitCode;
  readonly cause?: unknown;
}

/** Something that the operator can act on. */
export class OperatorError extends Error {
  override readonly name = 'OperatorError';
  readonly code: ErrorCode;
  readonly what: string;
  readonly why: string;
  readonly todo: string;
  readonly exit: ExitCode;

  constructor({ code, what, why, todo, exit, cause }: OperatorErrorFields) {
    super(what, cause === undefined ? undefined : { cause });
    this.code = code;
    this.what = what;
    this.why = why;
    this.todo = todo;
    this.exit = exit;
  }
}

/** Thrown by adapters only: a part outside this process failed. */
export class DependencyError extends Error {
  override readonly name = 'DependencyError';
  readonly dependency: string;
  /** True when the same call may succeed later without anybody changing anything. */
  readonly retryable: boolean;

  constructor(
    message: string,
    options: { readonly dependency: string; readonly retryable: boolean; readonly cause?: unknown },
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.dependency = options.dependency;
    this.retryable = options.retryable;
  }
}

/** What was to be changed is no longer what the caller had read: it has to be read and decided upon again. */
export class ChangedMeanwhile extends DependencyError {
  /** @param place as a sentence begins with it */
  constructor(place: string, { dependency }: { readonly dependency: string }) {
    super(`${place} was changed in the meantime; look at it and try again`, {
      dependency,
      retryable: true,
    });
  }
}
