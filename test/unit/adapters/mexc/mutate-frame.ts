import protobuf from 'protobufjs';
import type { Draws } from '../draws.js';

/** A field of a frame taken apart: a nested message as its fields, else the bytes behind the tag. */
interface Part {
  readonly tag: number;
  readonly content: Buffer | readonly Part[];
}

/** @returns null when the frame is too damaged already for a change of its structure */
type Mutation = (frame: Buffer, other: Buffer, draws: Draws) => Buffer | null;

/** Damage as a wire would do it, and changes that a sender of another version might make. */
export const MUTATIONS: Readonly<Record<string, Mutation>> = {
  'flipped bits': (frame, _, { below }) => {
    const bytes = Buffer.from(frame);
    for (let flips = 1 + below(4); flips > 0; flips -= 1) {
      const at = below(bytes.length);
      bytes[at] = bytes[at]! ^ (1 << below(8));
    }
    return bytes;
  },
  'another byte': (frame, _, draws) => {
    const bytes = Buffer.from(frame);
    bytes[draws.below(bytes.length)] = draws.pick([0x00, 0x01, 0x7f, 0x80, 0xff, 0x0a, 0x12]);
    return bytes;
  },
  'cut off': (frame, _, { below }) => frame.subarray(0, below(frame.length)),
  'cut out': (frame, _, { below }) => {
    const from = below(frame.length);
    return Buffer.concat([frame.subarray(0, from), frame.subarray(from + 1 + below(8))]);
  },
  'bytes inserted': (frame, _, draws) => {
    const at = draws.below(frame.length + 1);
    return Buffer.concat([
      frame.subarray(0, at),
      draws.bytes(1 + draws.below(6)),
      frame.subarray(at),
    ]);
  },
  spliced: (frame, other, { below }) =>
    Buffer.concat([frame.subarray(0, below(frame.length)), other.subarray(below(other.length))]),
  'run together': (frame, other) => Buffer.concat([frame, other]),
  'unknown field': rebuilt((parts, draws) => inserted(parts, unknownPart(draws), draws)),
  'swapped order': rebuilt((parts, draws) => {
    const order = [...parts];
    const [moved] = order.splice(draws.below(order.length), 1);
    return inserted(order, moved!, draws);
  }),
  'repeated field': rebuilt((parts, draws) => inserted(parts, draws.pick(parts), draws)),
  'missing field': rebuilt((parts, draws) => {
    const lost = draws.below(parts.length);
    return parts.filter((_, index) => index !== lost);
  }),
  'another field number': rebuilt((parts, draws) => {
    const at = draws.below(parts.length);
    return parts.map((part, index) =>
      index === at ? { ...part, tag: ((1 + draws.below(320)) << 3) | (part.tag & 7) } : part,
    );
  }),
  'another wire type': rebuilt((parts, draws) => {
    const at = draws.below(parts.length);
    return parts.map((part, index) =>
      index === at ? { ...part, tag: (part.tag & ~7) | draws.below(8) } : part,
    );
  }),
  'another content': rebuilt((parts, draws) => {
    const at = draws.below(parts.length);
    return parts.map((part, index) =>
      index === at ? { tag: part.tag, content: contentFor(part.tag & 7, draws) } : part,
    );
  }),
};

/** Applies a change to the fields of the frame or of a message in it, with lengths that fit. */
function rebuilt(change: (parts: readonly Part[], draws: Draws) => readonly Part[]): Mutation {
  const changedAt = (parts: readonly Part[], draws: Draws): readonly Part[] => {
    const nested = parts.filter(({ content }) => !Buffer.isBuffer(content) && content.length > 0);
    if (nested.length === 0 || draws.below(3) === 0) return change(parts, draws);
    const target = draws.pick(nested);
    return parts.map((part) =>
      part === target && !Buffer.isBuffer(part.content)
        ? { tag: part.tag, content: changedAt(part.content, draws) }
        : part,
    );
  };
  return (frame, _, draws) => {
    const parts = takenApart(frame, 0);
    return parts === null || parts.length === 0 ? null : joined(changedAt(parts, draws));
  };
}

function inserted(parts: readonly Part[], part: Part, { below }: Draws): readonly Part[] {
  return parts.toSpliced(below(parts.length + 1), 0, part);
}

function unknownPart(draws: Draws): Part {
  const wireType = draws.pick([0, 0, 1, 2, 2, 5, 3, 4]);
  const number = draws.pick([2, 7, 63, 127, 300, 316, 4_000, 2 ** 29 - 1]);
  return { tag: ((number << 3) | wireType) >>> 0, content: contentFor(wireType, draws) };
}

function contentFor(wireType: number, draws: Draws): Buffer {
  switch (wireType) {
    case 0: {
      const size = draws.below(10);
      const groups = [...draws.bytes(size)].map((byte) => byte | 0x80);
      return Buffer.from([...groups, size === 9 ? 1 : draws.below(128)]);
    }
    case 1:
      return draws.bytes(8);
    case 5:
      return draws.bytes(4);
    default:
      return draws.pick([
        Buffer.from('2679.01'),
        Buffer.from('龙虾'),
        draws.bytes(draws.below(12)),
      ]);
  }
}

const LENGTH_DELIMITED = 2;
/** The bodies of the wrapper and what repeats in them; texts never begin with their first tag. */
const FIRST_TAGS = [0x0a, 0x12];

function takenApart(bytes: Buffer, depth: number): readonly Part[] | null {
  try {
    return partsOf(bytes, depth);
  } catch {
    return null;
  }
}

function partsOf(bytes: Buffer, depth: number): readonly Part[] {
  const reader = protobuf.Reader.create(bytes);
  const parts: Part[] = [];
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    if ((tag & 7) === LENGTH_DELIMITED) {
      const content = Buffer.from(reader.bytes());
      const isMessage = depth === 0 ? tag >>> 3 > 300 : FIRST_TAGS.includes(content[0] ?? 0);
      parts.push({ tag, content: isMessage ? partsOf(content, depth + 1) : content });
    } else {
      const start = reader.pos;
      reader.skipType(tag & 7);
      parts.push({ tag, content: Buffer.from(bytes.subarray(start, reader.pos)) });
    }
  }
  return parts;
}

function joined(parts: readonly Part[]): Buffer {
  const pieces: Uint8Array[] = [];
  for (const { tag, content } of parts) {
    const bytes = Buffer.isBuffer(content) ? content : joined(content);
    pieces.push(varint(tag));
    if ((tag & 7) === LENGTH_DELIMITED) pieces.push(varint(bytes.length));
    pieces.push(bytes);
  }
  return Buffer.concat(pieces);
}

function varint(value: number): Uint8Array {
  return protobuf.Writer.create().uint32(value).finish();
}
