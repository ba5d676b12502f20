import {
  closeSync,
  existsSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { basename, join, resolve } from 'node:path';
import * as z from 'zod';
import { fsyncDirectory, readBounded, writeFileAtomic } from '../../adapters/files/atomic-file.js';
import { fileFault } from '../../adapters/files/file-fault.js';
import type { StateDirectory } from '../../adapters/files/state-directory.js';
import { makeDirectories } from '../../adapters/make-directories.js';
import type { SoakPlace } from '../../commands/soak/soak-services.js';
import {
  SOAK_FILES,
  SOAK_INTENTS,
  soakFolderName,
  type SoakEvidence,
} from '../../doctor/soak/soak-evidence.js';
import { readSoakLog } from '../../doctor/soak/soak-log.js';
import type { SoakFolder, SoakRun } from '../../doctor/soak/soak-ports.js';
import { wordsOf } from '../../engine/domain/words-of.js';
import { errnoOf } from '../../operator-error/errno.js';

const FILE_BYTES_MAX = 8 * 1024 * 1024;
const FILES_MAX = 1_000;
const POINTER = 'active.json';

const pointer = z.object({ folder: z.string().regex(/^soak_[a-z0-9_]+$/) });
const kept = z.object({
  intent: z.enum(SOAK_INTENTS),
  started_at: z.iso.datetime(),
  hours: z.number().positive(),
  members: z.array(z.string()).nullable(),
});

/** The runs of one state directory. @throws DependencyError for what the file system refuses */
export function soakFiles({ root }: StateDirectory): Pick<SoakPlace, 'active' | 'begin' | 'end'> {
  const directory = join(root, 'soak');
  const orFault = <T>(work: () => T): T => {
    try {
      return work();
    } catch (fault) {
      if (errnoOf(fault) === '') throw fault;
      throw fileFault(`Cannot keep the evidence of the soak in "${directory}"`, fault);
    }
  };
  return {
    active: () =>
      orFault(() => {
        const name = pointedAt(join(directory, POINTER));
        return name === null ? null : openFolder(join(directory, name));
      }),
    begin: (run) =>
      orFault(() => {
        const folder = join(directory, soakFolderName(run.intent, run.startedAtMs));
        makeDirectories(directory, 0o700);
        mkdirSync(folder, { mode: 0o700 });
        writeFileAtomic(join(folder, SOAK_FILES.intent), `${run.intent}\n`);
        writeRun(folder, run);
        // From here on whoever starts again goes on in there, whatever the date is by then.
        writeFileAtomic(
          join(directory, POINTER),
          `${JSON.stringify({ folder: basename(folder) })}\n`,
        );
        return soakFolder(folder, run);
      }),
    end: () => {
      orFault(() => {
        rmSync(join(directory, POINTER), { force: true });
        fsyncDirectory(directory);
      });
    },
  };
}

function pointedAt(path: string): string | null {
  if (!existsSync(path)) return null;
  const file = readBounded(path, FILE_BYTES_MAX);
  return pointer.parse(JSON.parse(file.kind === 'text' ? file.text : 'null')).folder;
}

function openFolder(path: string): SoakFolder {
  const file = readBounded(join(path, SOAK_FILES.run), FILE_BYTES_MAX);
  const run = kept.parse(JSON.parse(file.kind === 'text' ? file.text : 'null'));
  for (const name of [SOAK_FILES.log, SOAK_FILES.resources, SOAK_FILES.rows]) {
    cutTornEnd(join(path, name));
  }
  const { intent, hours, members } = run;
  return soakFolder(path, { intent, hours, members, startedAtMs: Date.parse(run.started_at) });
}

function writeRun(path: string, { intent, startedAtMs, hours, members }: SoakRun): void {
  const run = { intent, started_at: new Date(startedAtMs).toISOString(), hours, members };
  writeFileAtomic(join(path, SOAK_FILES.run), `${JSON.stringify(run)}\n`);
}

function soakFolder(path: string, run: SoakRun): SoakFolder {
  const append = (name: string) => (line: string) => {
    const fd = openSync(join(path, name), 'a', 0o600);
    try {
      writeSync(fd, `${line}\n`);
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
  };
  return {
    path,
    run,
    evidence: () => readEvidence(path),
    appendLine: append(SOAK_FILES.log),
    appendSnapshot: append(SOAK_FILES.resources),
    appendRows: append(SOAK_FILES.rows),
    mark: (marker, why) => {
      writeFileAtomic(join(path, SOAK_FILES[marker]), `${why}\n`);
    },
    keepMembers: (members) => {
      writeRun(path, { ...run, members });
    },
  };
}

/** A crash in the middle of a line leaves a part of it, which the next line would continue. */
function cutTornEnd(path: string): void {
  if (!existsSync(path)) return;
  const file = readBounded(path, FILE_BYTES_MAX);
  if (file.kind !== 'text' || file.text === '' || file.text.endsWith('\n')) return;
  const whole = file.text.slice(0, file.text.lastIndexOf('\n') + 1);
  const fd = openSync(path, 'r+');
  try {
    ftruncateSync(fd, Buffer.byteLength(whole));
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** Whoever filled the folder. @throws the system's error where there is no such directory */
export function readEvidence(path: string): SoakEvidence {
  const root = resolve(path);
  const entries = readdirSync(root, { withFileTypes: true });
  const texts = new Map<string, string>();
  const unreadable: string[] = [];
  if (entries.length > FILES_MAX) unreadable.push(`there are more than ${FILES_MAX} files`);
  for (const entry of entries.slice(0, FILES_MAX).sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (!entry.isFile()) continue;
    try {
      const file = readBounded(join(root, entry.name), FILE_BYTES_MAX);
      if (file.kind === 'text') texts.set(entry.name, file.text);
      else unreadable.push(`${entry.name} is ${file.kind}`);
    } catch (fault) {
      unreadable.push(`${entry.name}: ${wordsOf(fault)}`);
    }
  }
  return {
    folder: basename(root),
    intent: texts.get(SOAK_FILES.intent) ?? null,
    log: logOf(texts),
    resources: texts.get(SOAK_FILES.resources) ?? null,
    isFailed: entries.some(({ name }) => name === SOAK_FILES.failed),
    isInconclusive: entries.some(({ name }) => name === SOAK_FILES.inconclusive),
    probe: texts.get(SOAK_FILES.probe) ?? null,
    texts,
    unreadable,
  };
}

/** Monitors call it differently: every log in which hours stand, one after the other. */
function logOf(texts: ReadonlyMap<string, string>): string | null {
  const logs = [...texts].filter(
    ([name, text]) => name.endsWith('.log') && readSoakLog(text).some(({ hour }) => hour !== null),
  );
  return logs.length === 0
    ? (texts.get(SOAK_FILES.log) ?? null)
    : logs.map(([, text]) => text).join('\n');
}
