import type { EngineLaunch } from '../../engine/ports/engine-client.js';

/** An engine that was started in the background and not released yet. */
export interface DetachedChild {
  readonly pid: number;
  /** Null while it runs; what a shell would say of a signal (137 for SIGKILL). */
  status(): number | null;
  /** The newest of what it printed, at most some 16 KiB. */
  said(): string;
  /** Asks it to drain and end. */
  terminate(): void;
  /** This process may end now without it. */
  release(): void;
}

export interface DetachServices {
  /**
   * Starts `cdb <words>` in a session of its own: closing the terminal does not end it. What it
   * prints goes to `logs/engine.out`.
   * @throws OperatorError or DependencyError when nothing was started
   */
  startDetached(stateDir: string, launch: EngineLaunch): Promise<DetachedChild>;
}
