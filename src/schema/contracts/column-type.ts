/** The long name of each type whose short name contracts use. */
const SHORT: Readonly<Record<string, string>> = {
  'character varying': 'varchar',
  character: 'char',
  'timestamp with time zone': 'timestamptz',
  'timestamp without time zone': 'timestamp',
  decimal: 'numeric',
  int: 'integer',
  int4: 'integer',
  int8: 'bigint',
  int2: 'smallint',
  bool: 'boolean',
  serial: 'integer',
  bigserial: 'bigint',
};

interface ColumnType {
  /** Short, with its modifiers unless they are a length: `varchar`, `numeric(28,8)`. */
  readonly name: string;
  readonly maxLength: number | null;
}

/** @param text of format_type, or of a contract: `character varying(20)`, `VARCHAR(20)`, `bigint` */
export function columnType(text: string): ColumnType {
  const plain = text.trim().toLowerCase().replaceAll(/\s+/g, ' ');
  const [, head = plain, modifier, tail = ''] = /^([^(]+?) ?\(([^)]*)\)(.*)$/.exec(plain) ?? [];
  const long = `${head}${tail}`.trim();
  const name = SHORT[long] ?? long;
  if (modifier === undefined) return { name, maxLength: null };
  if (name === 'varchar' || name === 'char') return { name, maxLength: Number(modifier) };
  return { name: `${name}(${modifier.replaceAll(' ', '')})`, maxLength: null };
}

/** `varchar(20)`, `numeric(28,8)`. */
export function typeWords({ name, maxLength }: ColumnType): string {
  return maxLength === null ? name : `${name}(${maxLength})`;
}

/** As a contract says it, with the length beside the type or in it. */
export function contractType(field: {
  readonly type: string;
  readonly max_length?: number | null | undefined;
}): ColumnType {
  const { name, maxLength } = columnType(field.type);
  return { name, maxLength: field.max_length ?? maxLength };
}
