import type { DatabaseFacts } from '../../../doctor/postgres/facts.js';
import { isNewerStack, schemaOwner } from '../../../doctor/postgres/schema-owner.js';
import { isRequiredOfStack, STACK_TABLES } from '../../../doctor/postgres/stack-tables.js';
import { readServerLoad } from '../../../adapters/postgres/server-load.js';
import type { SqlSession } from '../../../engine/ports/sql-session.js';
import { claimedVersions } from '../../../schema/baseline/baseline-plan.js';
import type { Catalog } from '../../../schema/catalog/catalog.js';
import { readCatalog } from '../../../schema/catalog/read-catalog.js';
import type { Contract } from '../../../schema/contracts/contract.js';
import { loadContracts } from '../../../schema/contracts/load-contracts.js';
import { tableOverview, type TableOverview } from '../../../schema/written/table-overview.js';

/** A table that somebody needs, and who. */
interface NeededTable {
  readonly table: string;
  readonly neededBy: string;
  readonly isRequired: boolean;
}

/** What all other looks begin with. */
export interface SchemaLook {
  readonly facts: DatabaseFacts;
  readonly catalog: Catalog;
  readonly contracts: ReadonlyMap<string, Contract>;
  readonly needed: readonly NeededTable[];
  readonly overview: readonly TableOverview[];
  readonly readable: ReadonlySet<string>;
  /** Rows of the old stack's table of versions. */
  readonly claimed: readonly string[];
}

/** Only tables of the schema that the role works in are judged. */
export async function lookAtSchema(session: SqlSession): Promise<SchemaLook> {
  const contracts = loadContracts();
  const catalog = await readCatalog(session);
  const relations = Object.keys(catalog.relations);
  const owner = schemaOwner(relations);
  const [versions] = await tableOverview(session, ['schema_version']);
  const claimed = versions?.readable === true ? await claimedVersions(session) : [];
  const isNewer = owner === 'stack' && isNewerStack(relations, claimed);
  const needed = owner === 'stack' ? ofStack(isNewer) : ofEngine(contracts);
  const names = needed.map(({ table }) => table);
  const overview = await tableOverview(session, names);
  const { role } = await readServerLoad(session);
  return {
    facts: {
      owner,
      role,
      schema: catalog.schema,
      isReader: !overview.some(({ insertable }) => insertable),
      isNewerStack: isNewer,
    },
    ...{ catalog, contracts, needed, overview, claimed },
    readable: new Set(overview.filter((one) => one.readable).map(({ table }) => table)),
  };
}

function ofStack(isNewer: boolean): readonly NeededTable[] {
  return STACK_TABLES.map((one) => {
    const { table, neededBy } = one;
    return { table, neededBy, isRequired: isRequiredOfStack(one, isNewer) };
  });
}

function ofEngine(contracts: ReadonlyMap<string, Contract>): readonly NeededTable[] {
  return [...contracts.keys()].map((table) => {
    return { table, neededBy: 'the engine', isRequired: true };
  });
}
