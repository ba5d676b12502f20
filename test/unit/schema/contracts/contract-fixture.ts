import type { Catalog, CatalogRelation } from '../../../../src/schema/catalog/catalog.js';
import type { Contract } from '../../../../src/schema/contracts/contract.js';

export const CONTRACT: Contract = {
  version: '1.0',
  title: 'Fills',
  table: 'fills',
  required: ['id', 'side'],
  fields: {
    id: { type: 'bigint', nullable: false, default: 'GENERATED ALWAYS AS IDENTITY' },
    side: { type: 'varchar', max_length: 10, nullable: false, default: 'buy' },
    price: { type: 'numeric(28,8)', nullable: true },
  },
  indexes: [{ name: 'fills_side_idx', columns: ['side', 'id'], order: ['asc', 'desc'] }],
  constraints: [
    { name: 'fills_pkey', type: 'primary key', columns: ['id'] },
    {
      name: 'fills_price_check',
      type: 'check',
      columns: ['price'],
      definition: 'CHECK ((price > (0)::numeric))',
    },
  ],
  triggers: [
    {
      name: 'keep',
      definition: 'BEFORE DELETE ON fills FOR EACH ROW EXECUTE FUNCTION refuse()',
      function_sha256: 'a'.repeat(64),
    },
  ],
  insert_columns: ['side', 'price'],
};

export const RELATION: CatalogRelation = {
  name: 'fills',
  kind: 'table',
  persistence: 'permanent',
  rowSecurity: false,
  columns: [
    { name: 'id', type: 'bigint', nullable: false, default: 'GENERATED ALWAYS AS IDENTITY' },
    {
      name: 'side',
      type: 'character varying(10)',
      nullable: false,
      default: "'buy'::character varying",
    },
    { name: 'price', type: 'numeric(28,8)', nullable: true, default: null },
  ],
  constraints: [
    { name: 'fills_pkey', kind: 'primary key', columns: ['id'], definition: 'PRIMARY KEY (id)' },
    {
      name: 'fills_price_check',
      kind: 'check',
      columns: ['price'],
      definition: 'CHECK ((price > (0)::numeric))',
    },
  ],
  indexes: [
    {
      name: 'fills_pkey',
      unique: true,
      valid: true,
      definition: 'btree (id)',
      ofConstraint: true,
    },
    {
      name: 'fills_side_idx',
      unique: false,
      valid: true,
      definition: 'btree (side, id DESC)',
      ofConstraint: false,
    },
  ],
  triggers: [
    {
      name: 'keep',
      definition: 'BEFORE DELETE ON fills FOR EACH ROW EXECUTE FUNCTION refuse()',
      enabled: true,
      functionSha256: 'a'.repeat(64),
    },
  ],
  rules: [],
};

export function catalogOf(...relations: readonly CatalogRelation[]): Catalog {
  return {
    schema: 'public',
    relations: Object.fromEntries(relations.map((relation) => [relation.name, relation])),
  };
}
