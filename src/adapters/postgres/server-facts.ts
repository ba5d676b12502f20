import { z } from 'zod';
import type { SqlSession } from '../../engine/ports/sql-session.js';
import { serverReadsOnly, serverTooOld } from './external-errors.js';
import type { ExternalTarget } from './external-target.js';
import { SERVER_FACTS } from './session-statements.js';

/** The oldest version that still gets fixes. */
const MAJOR_MIN = 14;

const factRows = z.tuple([
  z.object({
    version: z.string(),
    major: z.number().int(),
    isStandby: z.boolean(),
    readsOnly: z.boolean(),
    /** The server tells of a commit that a crash of its own can still lose. */
    commitsLater: z.boolean(),
    /** A power failure can lose what was committed. */
    losesOnPowerFailure: z.boolean(),
  }),
]);

export type ServerFacts = z.infer<typeof factRows>[0];

export async function readServerFacts(session: SqlSession): Promise<ServerFacts> {
  const { rows } = await session.query(SERVER_FACTS.text);
  return factRows.parse(rows)[0];
}

/** @throws OperatorError (exit 6) */
export function refuseOldServer({ where }: ExternalTarget, facts: ServerFacts): void {
  if (facts.major < MAJOR_MIN) throw serverTooOld(where, facts.version, MAJOR_MIN);
}

/** @throws OperatorError (exit 6) */
export function refuseReadOnlyServer({ where }: ExternalTarget, facts: ServerFacts): void {
  if (facts.isStandby || facts.readsOnly) throw serverReadsOnly(where, facts.isStandby);
}
