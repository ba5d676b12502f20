import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const VECTORS = join(import.meta.dirname, '../../../fixtures/vectors');

export interface FrameVector {
  readonly name: string;
  readonly hex: string;
  readonly decoded: Readonly<Record<string, unknown>>;
}

export interface MalformedVector {
  readonly name: string;
  readonly hex: string;
  readonly expect: 'reject' | 'no message';
}

interface ControlVector {
  readonly text: string;
}

export const CAPTURED: readonly FrameVector[] = read('mexc-frames.json').frames;
export const GENERATED: readonly FrameVector[] = read('mexc-frames-generated.json').frames;
export const MALFORMED: readonly MalformedVector[] = read('mexc-frames.json').malformed;
export const CONTROL: readonly ControlVector[] = read('mexc-control-frames.json').frames;

/** @returns the bytes of the frame, captured or generated, of this name */
export function frameBytes(name: string): Buffer {
  const vector = [...CAPTURED, ...GENERATED].find((frame) => frame.name === name);
  if (vector === undefined) throw new Error(`no vector "${name}"`);
  return Buffer.from(vector.hex, 'hex');
}

// eslint-disable-next-line @typescript-eslint/no-explicit-any
function read(file: string): any {
  return JSON.parse(readFileSync(join(VECTORS, file), 'utf8'));
}
