import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { fileChanged, fileUnreadable, notARegularFile } from './feed-errors.js';

interface IdentifiedFile {
  /** Of the content: a copy under another name is the same feed. */
  readonly sha256: string;
  /** Throws OperatorError when something has written to the file since. */
  assertUnchanged(): Promise<void>;
}

/** Reads the whole file once. Throws OperatorError when it can't be read. */
export async function identifyFile(path: string): Promise<IdentifiedFile> {
  const stamp = await stampOf(path);
  return {
    sha256: await sha256Of(path),
    assertUnchanged: async () => {
      if ((await stampOf(path)) !== stamp) throw fileChanged(path);
    },
  };
}

/** Size and time of change: enough to see that something still writes to the file. */
async function stampOf(path: string): Promise<string> {
  const stats = await stat(path).catch((cause: unknown) => {
    throw fileUnreadable(path, cause);
  });
  if (!stats.isFile()) throw notARegularFile(path);
  return `${stats.size}:${stats.mtimeMs}`;
}

async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  const source: AsyncIterable<Buffer> = createReadStream(path);
  try {
    for await (const chunk of source) hash.update(chunk);
  } catch (cause) {
    throw fileUnreadable(path, cause);
  }
  return hash.digest('hex');
}
