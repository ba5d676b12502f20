import { RecoveryRefused } from '../../engine/recovery.js';
import { EXIT, OperatorError, type OperatorErrorFields } from '../../operator-error.js';

type Advice = Pick<OperatorErrorFields, 'code' | 'what' | 'todo'>;

const RESTART = 'keep the state directory for examination and begin a new run with --restart';

const ADVICE: Readonly<Record<RecoveryRefused['reason'], Advice>> = {
  other_code: {
    code: 'CDB-E0601',
    what: 'Cannot continue the run: its journal has a tail that was not drained',
    todo: 'start that build once to drain it, or begin a new run with --restart',
  },
  other_state: {
    code: 'CDB-E0604',
    what: 'Cannot continue the run: its state has another form in this build',
    todo: 'go on with the build that saved it, or begin a new run with --restart',
  },
  other_history: {
    code: 'CDB-E0602',
    what: 'Cannot continue the run: journal and audit trail tell different stories',
    todo: RESTART,
  },
  journal_short: {
    code: 'CDB-E0603',
    what: 'Cannot continue the run: the journal ends before the audit trail',
    todo: `restore the journal directory from a backup; or ${RESTART}`,
  },
};

/** The refusal in an operator's words; any other failure as it is. */
export function asOperatorError(error: unknown): unknown {
  if (!(error instanceof RecoveryRefused)) return error;
  return new OperatorError({
    ...ADVICE[error.reason],
    why: error.message,
    exit: EXIT.CONFLICT,
    cause: error,
  });
}
