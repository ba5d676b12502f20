import { FRAME, type MexcFrame } from './frame-schema.js';
import type { FieldType, MessageSchema, RepeatedMessage, ScalarType } from './message-schema.js';
import { LENGTH_DELIMITED, VARINT, WireCursor, WireFault } from './wire-cursor.js';

export type FrameRead =
  { readonly ok: true; readonly frame: MexcFrame } | { readonly ok: false; readonly why: string };

/**
 * Decodes one binary frame. Unknown fields are passed over, the last of a repeated scalar counts.
 * Stricter than protobuf where leniency would guess: a known field of another wire type, text that
 * is not UTF-8, a number too large for its type and a second body are refused. Two bodies are two
 * frames run together; protobuf would merge them, and trades would change their symbol. Never throws.
 */
export function readFrame(bytes: Uint8Array): FrameRead {
  try {
    // The type is made from the schema that fills the object.
    return { ok: true, frame: message(new WireCursor(bytes), FRAME_FIELDS) };
  } catch (fault) {
    if (!(fault instanceof WireFault)) throw fault;
    return { ok: false, why: fault.message };
  }
}

/** A schema by field number, so that finding a field costs one index. */
type Fields = readonly (Field | undefined)[];

interface Field {
  readonly name: string;
  readonly wireType: number;
  /** Null for a nested message. */
  readonly scalar: ScalarType | null;
  readonly nested: Fields;
  readonly repeated: boolean;
}

const FRAME_FIELDS = fieldsOf(FRAME);

function fieldsOf(schema: MessageSchema): Fields {
  const fields: (Field | undefined)[] = [];
  for (const [fieldNumber, [name, type]] of Object.entries(schema)) {
    fields[Number(fieldNumber)] = fieldOf(name, type);
  }
  return fields;
}

function fieldOf(name: string, type: FieldType): Field {
  if (typeof type === 'string') {
    const wireType = type === 'string' ? LENGTH_DELIMITED : VARINT;
    return { name, wireType, scalar: type, nested: [], repeated: false };
  }
  const repeated = isRepeated(type);
  const nested = fieldsOf(repeated ? type[0] : type);
  return { name, wireType: LENGTH_DELIMITED, scalar: null, nested, repeated };
}

function isRepeated(type: FieldType): type is RepeatedMessage {
  return Array.isArray(type);
}

function message(cursor: WireCursor, fields: Fields): object {
  const values: Record<string, unknown> = {};
  let hasBody = false;
  while (!cursor.atEnd) {
    const tag = cursor.tag();
    const wireType = tag & 7;
    const field = fields[tag >>> 3];
    if (field === undefined) {
      cursor.skip(wireType);
      continue;
    }
    const { name, scalar, repeated } = field;
    if (wireType !== field.wireType) cursor.fail(`wire type ${wireType} for "${name}"`);
    if (scalar !== null) {
      values[name] = scalarValue(cursor, scalar);
    } else if (repeated) {
      const items = (values[name] ??= []) as object[];
      items.push(nestedMessage(cursor, field));
    } else {
      if (hasBody) cursor.fail(`a second body, "${name}"`);
      hasBody = true;
      values[name] = nestedMessage(cursor, field);
    }
  }
  return values;
}

function nestedMessage(cursor: WireCursor, field: Field): object {
  const outer = cursor.enter();
  const values = message(cursor, field.nested);
  cursor.leave(outer);
  return values;
}

function scalarValue(cursor: WireCursor, type: ScalarType): unknown {
  switch (type) {
    case 'string':
      return cursor.text();
    case 'int32':
      return cursor.int32();
    case 'int64':
      return cursor.int64();
    case 'bool':
      return cursor.bool();
  }
}
