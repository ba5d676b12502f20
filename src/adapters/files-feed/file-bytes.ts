import { createReadStream } from 'node:fs';
import { createGunzip, type Gunzip } from 'node:zlib';
import { wordsOf } from '../../engine/domain/words-of.js';

/** The reason why no more bytes come, though the file was to have more. */
interface ByteFault {
  readonly fault: string;
  /** Offset in the file on disk. */
  readonly bytes: number;
}

const PLAIN_CHUNK_BYTES = 64 * 1024;
/** Small, because 16 KiB can unfold to 16 MiB and all of it is held for a moment. */
const GZIP_CHUNK_BYTES = 16 * 1024;

/**
 * The content of a file, unpacked if it is gzip (told by its first bytes, not by its name). A fault
 * is the last item: everything that could be unpacked before it has been delivered then.
 */
export async function* fileBytes(path: string): AsyncGenerator<Buffer | ByteFault> {
  const highWaterMark = (await isGzip(path)) ? GZIP_CHUNK_BYTES : PLAIN_CHUNK_BYTES;
  const source: AsyncIterable<Buffer> = createReadStream(path, { highWaterMark });
  if (highWaterMark === GZIP_CHUNK_BYTES) yield* gunzip(guarded(source));
  else yield* guarded(source);
}

export function isByteFault(item: Buffer | ByteFault): item is ByteFault {
  return !Buffer.isBuffer(item);
}

async function isGzip(path: string): Promise<boolean> {
  const source: AsyncIterable<Buffer> = createReadStream(path, { end: 1 });
  const start: Buffer[] = [];
  for await (const chunk of source) start.push(chunk);
  return Buffer.concat(start).equals(Buffer.from([0x1f, 0x8b]));
}

/** Turns a read error in the middle of the file into a fault, so that what came before counts. */
async function* guarded(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer | ByteFault> {
  let bytes = 0;
  try {
    for await (const chunk of source) {
      bytes += chunk.length;
      yield chunk;
    }
  } catch (cause) {
    yield { fault: wordsOf(cause), bytes };
  }
}

/**
 * Not a pipeline: an error there throws away what was unpacked and not yet read, and with it the
 * last rows before a cut. Here each chunk is written alone and all its output taken before the next.
 */
async function* gunzip(
  source: AsyncIterable<Buffer | ByteFault>,
): AsyncGenerator<Buffer | ByteFault> {
  const unzip = createGunzip({ chunkSize: PLAIN_CHUNK_BYTES });
  const unpacked: Buffer[] = [];
  unzip.on('data', (chunk: Buffer) => unpacked.push(chunk));
  // A second error of the same stream adds nothing, but unheard it would end the process.
  unzip.on('error', () => undefined);
  let bytes = 0;
  try {
    for await (const chunk of source) {
      if (isByteFault(chunk)) {
        yield chunk;
        return;
      }
      const state = await write(unzip, chunk);
      yield* unpacked.splice(0);
      if (state.kind === 'ended') return;
      if (state.kind === 'failed') {
        yield { fault: `its gzip data is damaged (${state.why})`, bytes };
        return;
      }
      bytes += chunk.length;
    }
    // A finished gzip stream leaves padding alone; an unfinished one takes it for data.
    const probe = await write(unzip, Buffer.alloc(1));
    yield* unpacked.splice(0);
    if (probe.kind !== 'ended') yield { fault: 'its gzip data is cut off', bytes };
  } finally {
    unzip.destroy();
  }
}

type WriteResult =
  { readonly kind: 'more' } | { readonly kind: 'ended' } | { readonly kind: 'failed'; why: string };

/** Resolves when the chunk is used up, the gzip stream has ended in it, or it can't be unpacked. */
function write(unzip: Gunzip, chunk: Buffer): Promise<WriteResult> {
  return new Promise((resolve) => {
    const settle = (result: WriteResult): void => {
      unzip.off('end', ended);
      unzip.off('error', failed);
      resolve(result);
    };
    const ended = (): void => {
      settle({ kind: 'ended' });
    };
    const failed = (cause: Error): void => {
      settle({ kind: 'failed', why: cause.message });
    };
    unzip.once('end', ended);
    unzip.once('error', failed);
    unzip.write(chunk, (cause) => {
      if (cause) failed(cause);
      else settle({ kind: 'more' });
    });
  });
}
