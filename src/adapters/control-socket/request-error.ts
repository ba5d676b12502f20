import { EXIT, OperatorError, type ExitCode } from '../../operator-error.js';

const HTTP_STATUS: Readonly<Partial<Record<ExitCode, number>>> = {
  [EXIT.USAGE]: 400,
  [EXIT.CONFIG]: 400,
  [EXIT.NOT_FOUND]: 404,
  [EXIT.REFUSED]: 403,
  [EXIT.CONFLICT]: 409,
  [EXIT.UNREACHABLE]: 503,
  [EXIT.TIMEOUT]: 504,
};

interface ErrorAnswer {
  readonly status: number;
  readonly body: {
    readonly error: {
      readonly code: string;
      readonly what: string;
      readonly why: string;
      readonly todo: string;
      readonly exit: number;
    };
  };
}

/** The same fields that the command line prints, so that a client can raise the error again. */
export function errorAnswer(error: OperatorError): ErrorAnswer {
  const { code, what, why, todo, exit } = error;
  return { status: HTTP_STATUS[exit] ?? 500, body: { error: { code, what, why, todo, exit } } };
}

/** A request that no retry can mend. */
export function badRequest(what: string, why: string): OperatorError {
  return new OperatorError({
    code: 'CDB-E0705',
    what,
    why,
    todo: 'use the cdb of the same version as the engine; "cdb status" prints that version',
    exit: EXIT.USAGE,
  });
}
