import protobuf from 'protobufjs';
import { pick, type Random } from '../venue/seeded-random.js';
import { WRAPPER } from './mexc-schema.js';

/** Members by their official names; 64-bit integers as numbers, absent members are not on the wire. */
export type FrameMembers = Readonly<Record<string, unknown>>;

export interface Variation {
  /** Fields that no schema knows, of the wire types 0, 1, 2 and 5. */
  readonly unknownFields: 'none' | 'wrapper' | 'everywhere';
  readonly order: 'ascending' | 'wrapper-descending' | 'shuffled';
}

/** As the venue writes it: protobufjs' own encoder, fields in the order of their numbers. */
export function encodeFrame(members: FrameMembers): Buffer {
  return Buffer.from(WRAPPER.encode(members).finish());
}

/** Equal content in a shape that a reader must cope with as well. */
export function encodeVaried(members: FrameMembers, variation: Variation, random: Random): Buffer {
  const writer = protobuf.Writer.create();
  writeMessage(writer, WRAPPER, members, { variation, random });
  return Buffer.from(writer.finish());
}

interface Manner {
  readonly variation: Variation;
  readonly random: Random;
}

function writeMessage(
  writer: protobuf.Writer,
  type: protobuf.Type,
  members: FrameMembers,
  manner: Manner,
): void {
  const { unknownFields } = manner.variation;
  if (unknownFields === 'everywhere' || (unknownFields === 'wrapper' && type === WRAPPER)) {
    writeUnknownFields(writer, type);
  }
  for (const field of ordered(type, manner)) {
    const value = members[field.name];
    if (value === undefined) continue;
    for (const one of field.repeated ? (value as readonly unknown[]) : [value]) {
      writeField(writer, field, one, manner);
    }
  }
}

function ordered(type: protobuf.Type, { variation, random }: Manner): readonly protobuf.Field[] {
  const fields = type.fieldsArray.toSorted((a, b) => a.id - b.id);
  if (variation.order === 'wrapper-descending' && type === WRAPPER) return fields.reverse();
  if (variation.order !== 'shuffled') return fields;
  const left = [...fields];
  return fields.map(() => {
    const field = pick(random, left);
    left.splice(left.indexOf(field), 1);
    return field;
  });
}

function writeField(
  writer: protobuf.Writer,
  field: protobuf.Field,
  value: unknown,
  manner: Manner,
): void {
  if (field.resolvedType instanceof protobuf.Type) {
    writer.uint32((field.id << 3) | 2).fork();
    writeMessage(writer, field.resolvedType, value as FrameMembers, manner);
    writer.ldelim();
  } else if (field.type === 'string') {
    writer.uint32((field.id << 3) | 2).string(value as string);
  } else if (field.type === 'bool') {
    writer.uint32(field.id << 3).bool(value as boolean);
  } else {
    writer.uint32(field.id << 3).int64(value as number);
  }
}

/** Numbers that a coming schema may use: low ones in the wrapper's gap, and beyond every known one. */
function writeUnknownFields(writer: protobuf.Writer, type: protobuf.Type): void {
  const varint = type === WRAPPER ? 2 : 60;
  writer.uint32(varint << 3).int64(-1);
  writer.uint32((500 << 3) | 2).string('abc');
  writer
    .uint32((501 << 3) | 1)
    .fixed32(0x04030201)
    .fixed32(0x08070605);
  writer.uint32((502 << 3) | 5).fixed32(0x04030201);
}
