import { createServer } from 'node:net';
import type { Workplace } from './engine-process.js';

/** The parts of `cdb status --json` that the tests look at. */
export interface StatusSeen {
  readonly exit: number | null;
  readonly text: string;
}

/** `cdb status` as an operator in a second terminal sees it. */
export async function askStatus(place: Workplace): Promise<StatusSeen> {
  const { status, stdout, stderr } = await place.run(['status']);
  return { exit: status, text: stdout + stderr };
}

export interface Readyz {
  readonly status: number;
  readonly text: string;
}

export async function askReadyz(port: number): Promise<Readyz | null> {
  try {
    const answer = await fetch(`http://127.0.0.1:${port}/readyz`, {
      signal: AbortSignal.timeout(5_000),
    });
    return { status: answer.status, text: await answer.text() };
  } catch {
    return null; // Nobody listens, not yet or not any more.
  }
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}
