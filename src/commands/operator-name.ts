import { userInfo } from 'node:os';

/** Who sits at the terminal, as far as the environment and the system tell; "sudo" is seen through. */
export function operatorName(env: Readonly<Record<string, string | undefined>>): string {
  return env['SUDO_USER'] || env['USER'] || env['LOGNAME'] || accountName();
}

function accountName(): string {
  try {
    return userInfo().username;
  } catch {
    // A uid without an account, as containers have them.
    return `uid ${process.getuid?.() ?? 'unknown'}`;
  }
}
