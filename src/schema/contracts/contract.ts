import { z } from 'zod';

const words = z.string().min(1);

/** How a column of the contract is; keys that are left out say nothing, and nothing is compared. */
const field = z.strictObject({
  /** Short form: `varchar`, `numeric(28,8)`, `timestamptz`. */
  type: words,
  /** Characters; null or left out where the type has none. */
  max_length: z.number().int().positive().nullish(),
  nullable: z.boolean().nullish(),
  /** e.g. `primary key`, `unique`. */
  constraints: z.union([words, z.array(words)]).nullish(),
  default: z.union([z.string(), z.number(), z.boolean()]).nullish(),
  description: z.string().nullish(),
  allowed_values: z.array(z.union([z.string(), z.number(), z.boolean()])).nullish(),
});

const order = z.enum(['asc', 'desc', 'ASC', 'DESC']);

const index = z.strictObject({
  name: words,
  /** Columns or expressions. */
  columns: z.array(words).min(1),
  /** Of all columns, or of each. */
  order: z.union([order, z.array(order)]).nullish(),
  unique: z.boolean().nullish(),
  /** Of a partial index, as the server prints it. */
  where: words.nullish(),
  /** As the server prints it behind USING, where the keys above do not say all. */
  definition: words.nullish(),
});

const constraint = z.strictObject({
  name: words,
  type: z
    .string()
    .transform((text) => text.toLowerCase().replaceAll('_', ' '))
    .pipe(z.enum(['primary key', 'unique', 'check', 'foreign key', 'exclusion'])),
  columns: z.array(words),
  /** As the server prints it; needed where the columns do not say all (check, foreign key). */
  definition: words.nullish(),
});

const trigger = z.strictObject({
  name: words,
  definition: words,
  function_sha256: z.string().regex(/^[0-9a-f]{64}$/),
});

export const contractSchema = z.strictObject({
  version: z.union([z.string(), z.number()]).transform(String),
  title: words,
  description: z.string().nullish(),
  source: z
    .strictObject({
      code_file: words,
      code_lines: z.union([z.string(), z.number()]).nullish(),
      last_verified: z.string().nullish(),
    })
    .nullish(),
  table: words,
  required: z.array(words),
  fields: z.record(z.string(), field),
  indexes: z.array(index).nullish(),
  constraints: z.array(constraint).nullish(),
  triggers: z.array(trigger).nullish(),
  /** In the order of the statement. Empty for a table that is only read. */
  insert_columns: z.array(words),
  notes: z.union([z.string(), z.array(z.string())]).nullish(),
});

/** What code and operators agree on about one table. */
export type Contract = z.infer<typeof contractSchema>;
export type ContractField = z.infer<typeof field>;
