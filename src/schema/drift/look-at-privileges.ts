import { z } from 'zod';
import type { SqlSession } from '../../engine/ports/sql-session.js';
import type { Finding } from '../contracts/finding.js';
import type { NeededPrivilege } from '../sql/needed-privileges.js';
import { DRIFT_SQL } from './drift-statements.js';

const roles = z.tuple([z.object({ name: z.string(), known: z.boolean() })]);
const missing = z.array(z.object({ table: z.string(), privilege: z.string() }));

/** @param role null for that of the session */
export async function lookAtPrivileges(
  session: SqlSession,
  schema: string,
  needed: readonly NeededPrivilege[],
  role: string | null,
): Promise<readonly Finding[]> {
  const [{ name, known }] = roles.parse((await session.query(DRIFT_SQL.role.text, [role])).rows);
  if (!known) return [unknownRole(name)];
  const { rows } = await session.query(DRIFT_SQL.privileges.text, [
    needed.map(({ table }) => table),
    needed.map(({ privilege }) => privilege),
    name,
    schema,
  ]);
  const lacks = missing.parse(rows);
  return [...new Set(lacks.map(({ table }) => table))].map((table) => {
    const ofTable = lacks.filter((lack) => lack.table === table);
    const words = ofTable.map(({ privilege }) => privilege).join(', ');
    return {
      level: 'FAIL',
      table,
      kind: 'privilege',
      subject: name,
      expected: words,
      found: null,
      words: `role ${name} lacks ${words} on table ${table}: GRANT ${words} ON ${table} TO ${name}`,
    };
  });
}

function unknownRole(name: string): Finding {
  return {
    level: 'FAIL',
    table: '',
    kind: 'privilege',
    subject: name,
    expected: 'a role of this server',
    found: null,
    words: `there is no role ${name}, so nothing can be said of its rights`,
  };
}
