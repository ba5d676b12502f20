import { EXIT } from '../../operator-error.js';
import { ERROR_CATALOGUE } from '../../operator-error/catalogue.js';
import { envelopeNames } from '../command-spec.js';
import type { CommandSpec } from '../command-spec.js';
import { schemaName } from '../output/envelope.js';

const DRAFT = 'https://json-schema.org/draft/2020-12/schema';

/**
 * JSON Schema of every line that a command may print with --json. `data` is whatever the number in
 * `schema` stands for: its members may grow, and the number changes when one goes or changes.
 */
export function outputSchema(spec: CommandSpec): object {
  const names = envelopeNames(spec).map(schemaName);
  return { $schema: DRAFT, title: `cdb ${spec.name}`, ...closedObject(envelopeMembers(names)) };
}

/** JSON Schema of what stderr gets in place of an answer. */
export function errorSchema(): object {
  const text = { type: 'string' };
  const error = closedObject({
    code: { enum: Object.keys(ERROR_CATALOGUE) },
    what: text,
    why: text,
    todo: text,
    exit: { enum: Object.values(EXIT) },
  });
  return {
    $schema: DRAFT,
    title: 'errors of cdb',
    ...closedObject({ schema: { const: 'cdb.error/1' }, error }),
  };
}

function envelopeMembers(names: readonly string[]): object {
  return {
    schema: { enum: names },
    generated_at: { type: 'string', format: 'date-time' },
    data: true,
  };
}

function closedObject(properties: object): object {
  return {
    type: 'object',
    properties,
    required: Object.keys(properties),
    additionalProperties: false,
  };
}
