import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A `systemd-notify` that writes down what it is told, instead of telling systemd. */
export interface FakeNotify {
  /** To be in front of PATH. */
  readonly directory: string;
  /** Everything that was told so far, one sign each. */
  said(): readonly string[];
}

/** @param behaviour of the program once it has written, as a line of shell */
export function fakeNotify(directory: string, behaviour = 'exit 0'): FakeNotify {
  const bin = join(directory, 'notify');
  const told = join(directory, 'told');
  mkdirSync(bin, { recursive: true });
  const program = join(bin, 'systemd-notify');
  // Through one write, so that two at the same time do not mix their lines.
  const line = 'printf "%s\\n" "$*" >> "$NOTIFY_SOCKET.told"';
  writeFileSync(program, `#!/bin/sh\n${line}\n${behaviour}\n`);
  chmodSync(program, 0o755);
  return {
    directory: bin,
    said: () =>
      existsSync(`${told}.told`) ? readFileSync(`${told}.told`, 'utf8').trim().split('\n') : [],
  };
}

/** The NOTIFY_SOCKET of the fake in this directory; nothing listens there, it has no need to. */
export function fakeSocket(directory: string): string {
  return join(directory, 'told');
}
