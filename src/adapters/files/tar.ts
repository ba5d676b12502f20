import { gzipSync } from 'node:zlib';

export interface TarFile {
  /** Relative, ASCII, at most 99 characters. */
  readonly name: string;
  readonly text: string;
}

const BLOCK_BYTES = 512;
const OWNER_ONLY = 0o600;

/** A gzipped archive in the form of POSIX 1003.1 (ustar), readable by every `tar`. */
export function tarGz(files: readonly TarFile[], atMs: number): Uint8Array {
  const parts = files.flatMap(({ name, text }) => {
    const content = Buffer.from(text);
    const padding = Buffer.alloc(-content.length & (BLOCK_BYTES - 1));
    return [header(name, content.length, atMs), content, padding];
  });
  return gzipSync(Buffer.concat([...parts, Buffer.alloc(2 * BLOCK_BYTES)]));
}

function header(name: string, bytes: number, atMs: number): Buffer {
  const block = Buffer.alloc(BLOCK_BYTES);
  const octal = (value: number, digits: number) => `${value.toString(8).padStart(digits, '0')}\0`;
  block.write(name.slice(0, 99), 0, 'latin1');
  block.write(octal(OWNER_ONLY, 7), 100, 'latin1');
  block.write(octal(0, 7), 108, 'latin1');
  block.write(octal(0, 7), 116, 'latin1');
  block.write(octal(bytes, 11), 124, 'latin1');
  block.write(octal(Math.floor(atMs / 1_000), 11), 136, 'latin1');
  block.write('        0', 148, 'latin1');
  block.write('ustar\u000000', 257, 'latin1');
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${octal(sum, 6)} `, 148, 'latin1');
  return block;
}
