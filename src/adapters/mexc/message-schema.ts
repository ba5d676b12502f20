/** A message as data: field number to name and type. */
export interface MessageSchema {
  readonly [fieldNumber: string]: readonly [name: string, type: FieldType];
}

export type FieldType = ScalarType | MessageSchema | RepeatedMessage;

export type RepeatedMessage = readonly [MessageSchema];

export type ScalarType = 'string' | 'int32' | 'int64' | 'bool';

/**
 * A decoded message with the official field names. It holds what was on the wire and nothing else:
 * proto3 senders leave out defaults (false, 0, the empty text), so each field may be absent, and
 * absent means its default. An int64 that no number holds exactly is a bigint.
 */
export type Decoded<Schema> = {
  readonly [Number in keyof Schema as NameOf<Schema[Number]>]?: ValueOf<Schema[Number]>;
};

type NameOf<Field> = Field extends readonly [infer Name extends string, unknown] ? Name : never;

type ValueOf<Field> = Field extends readonly [string, infer Type] ? Value<Type> : never;

type Value<Type> = Type extends 'string'
  ? string
  : Type extends 'int32'
    ? number
    : Type extends 'int64'
      ? number | bigint
      : Type extends 'bool'
        ? boolean
        : Type extends readonly [infer Message]
          ? readonly Decoded<Message>[]
          : Decoded<Type>;
