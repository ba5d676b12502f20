import { resolve } from 'node:path';
import { maskedJson, maskSecrets } from '../../config/mask.js';
import { originText } from '../../config/setting.js';
import { BUILD } from '../build-info.js';
import type { CommandIo } from '../command-io.js';
import { plainText } from '../../view/plain-text.js';
import type { CheckUp } from './check-up.js';
import { checkUpJson, checkUpText } from './check-up-text.js';
import type { BundleFile, Doctor } from './doctor-ports.js';

/** Writes what somebody else needs to help; says on stderr what is in it. Nothing leaves the machine. */
export async function writeBundle(
  file: string,
  checkUp: CheckUp,
  { io, doctor }: { readonly io: CommandIo; readonly doctor: Doctor },
): Promise<void> {
  const files = [...ofCheckUp(checkUp), ...doctor.bundleFiles()];
  io.stderr(`bundle of ${files.length} files, secrets masked:\n`);
  for (const { name, text } of files) {
    io.stderr(`${plainText(`  ${name}   ${text.length} characters`)}\n`);
  }
  const path = resolve(io.cwd, file);
  await doctor.writeBundle(path, files);
  io.stderr(`${plainText(`written    ${path}   stays on this machine until you send it`)}\n`);
}

function ofCheckUp(checkUp: CheckUp): readonly BundleFile[] {
  return [
    { name: 'check-up.txt', text: maskSecrets(checkUpText(checkUp)) },
    { name: 'check-up.json', text: `${maskedJson(checkUpJson(checkUp))}\n` },
    { name: 'config.txt', text: maskSecrets(configText(checkUp)) },
    { name: 'version.txt', text: versionText() },
  ];
}

function configText({ readings: { config } }: CheckUp): string {
  if (config.state !== 'read') return 'not examined\n';
  const { faults, effective } = config.value;
  const lines = effective.map(
    ({ key, value, origin }) => `${key} = ${JSON.stringify(value)}   (${originText(origin)})`,
  );
  return [...faults, ...lines].map((line) => `${line}\n`).join('');
}

function versionText(): string {
  const { version, commit, engineHash } = BUILD;
  return `cdb ${version} (${commit}, engine ${engineHash})\nnode ${process.version} on ${process.platform}-${process.arch}\n`;
}
