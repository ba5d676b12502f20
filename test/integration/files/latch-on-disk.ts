import { join } from 'node:path';
import { latchPlace, type LatchPlace } from '../../../src/adapters/files/latch-file.js';
import { effectiveRecord } from '../../../src/engine/control/register.js';
import type { Level } from '../../../src/engine/domain/control.js';
import { temporaryDirectory } from './log-on-disk.js';

/** A latch in a directory of its own. */
export class LatchOnDisk {
  readonly #directory = temporaryDirectory();
  readonly directory = this.#directory.path;
  readonly path = join(this.directory, 'control.json');
  readonly latch: LatchPlace = latchPlace(this.path);

  /** What it means beside other state. */
  level(): Level {
    const readings = [{ place: this.latch.name, reading: this.latch.read() }];
    return effectiveRecord(readings, { stateDirEmpty: false }).record.level;
  }

  remove(): void {
    this.#directory.remove();
  }
}
