/**
 * What a live schema is, in the server's own words and nothing else: no owner, comment or oid, none
 * of which a statement could tell. Texts are those of format_type, pg_get_expr, pg_get_constraintdef,
 * pg_get_indexdef and pg_get_triggerdef, without the name of the schema.
 */
export interface Catalog {
  /** Null where the search path names no schema that exists. */
  readonly schema: string | null;
  /** By name. */
  readonly relations: Readonly<Record<string, CatalogRelation>>;
}

export interface CatalogRelation {
  readonly name: string;
  readonly kind: RelationKind;
  /** `unlogged` rows are gone after a crash. */
  readonly persistence: 'permanent' | 'unlogged' | 'temporary';
  readonly rowSecurity: boolean;
  /** In the order of the table. */
  readonly columns: readonly CatalogColumn[];
  readonly constraints: readonly CatalogConstraint[];
  /** Those of constraints too. */
  readonly indexes: readonly CatalogIndex[];
  readonly triggers: readonly CatalogTrigger[];
  readonly rules: readonly CatalogRule[];
}

export type RelationKind =
  'table' | 'partitioned table' | 'view' | 'materialized view' | 'foreign table' | 'other';

export interface CatalogColumn {
  readonly name: string;
  /** As format_type says: `character varying(20)`, `timestamp with time zone`. */
  readonly type: string;
  readonly nullable: boolean;
  /** Also of an identity (`GENERATED ALWAYS AS IDENTITY`) or a generated column. */
  readonly default: string | null;
}

export interface CatalogConstraint {
  readonly name: string;
  readonly kind: ConstraintKind;
  /** In the order of the constraint. */
  readonly columns: readonly string[];
  /** e.g. `CHECK ((price > (0)::numeric))`; says NOT VALID and DEFERRABLE too. */
  readonly definition: string;
}

export type ConstraintKind = 'primary key' | 'unique' | 'check' | 'foreign key' | 'exclusion';

export interface CatalogIndex {
  readonly name: string;
  readonly unique: boolean;
  /** False after a CREATE INDEX CONCURRENTLY that failed: it may say nothing, and costs writes. */
  readonly valid: boolean;
  /** What follows USING: `btree (run_id, seq DESC) WHERE (closed_at IS NULL)`. */
  readonly definition: string;
  /** Made by a primary key, unique or exclusion constraint. */
  readonly ofConstraint: boolean;
}

export interface CatalogTrigger {
  readonly name: string;
  /** What follows the name: `BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION f()`. */
  readonly definition: string;
  readonly enabled: boolean;
  /** SHA-256 of the body of its function. */
  readonly functionSha256: string;
}

export interface CatalogRule {
  readonly name: string;
  readonly definition: string;
}
