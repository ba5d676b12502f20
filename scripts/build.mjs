// Bundles src/main.ts into dist/. Split chunks keep `cdb --help` from loading what it does not use.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/** A tarball without a repository still builds: the commit is then `unknown`. */
function gitCommit() {
  try {
    const options = { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] };
    return execFileSync('git', ['rev-parse', '--short=12', 'HEAD'], options).trim();
  } catch {
    return 'unknown';
  }
}

/** Journals name the code that may fold them; a commit that touches only docs must not change it. */
function engineHash() {
  const folder = join(root, 'src/engine');
  const files = readdirSync(folder, { recursive: true }).filter((name) => name.endsWith('.ts'));
  const hash = createHash('sha256');
  for (const name of files.map((file) => file.replaceAll('\\', '/')).sort()) {
    hash
      .update(`${name}\0`)
      .update(readFileSync(join(folder, name)))
      .update('\0');
  }
  return hash.digest('hex').slice(0, 12);
}

/** Commander loads it for commands that are programs of their own; cdb has none, and it is slow. */
const withoutCommanderSubprocesses = {
  name: 'without-commander-subprocesses',
  setup(plugin) {
    plugin.onResolve({ filter: /^node:child_process$/ }, ({ importer }) =>
      importer.includes('commander') ? { path: 'child_process', namespace: 'empty' } : undefined,
    );
    plugin.onLoad({ filter: /.*/, namespace: 'empty' }, () => ({
      contents: 'module.exports = {};',
    }));
  },
};

const { metafile } = await build({
  absWorkingDir: root,
  entryPoints: { main: 'src/main.ts' },
  outdir: 'dist',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  minify: true,
  // Crash files show function names; minified ones would tell nobody anything.
  keepNames: true,
  sourcemap: 'linked',
  // libpg-query reads its WASM beside itself, so it stays a package of its own.
  external: ['pg-native', 'libpg-query'],
  define: {
    'process.env.NODE_ENV': '"production"',
    __CDB_VERSION__: JSON.stringify(version),
    __CDB_ENGINE_HASH__: JSON.stringify(engineHash()),
    __CDB_COMMIT__: JSON.stringify(gitCommit()),
  },
  // CommonJS dependencies call require() for Node's own modules, which ESM output lacks.
  banner: {
    js: "import{createRequire as __cdbRequire}from'node:module';const require=__cdbRequire(import.meta.url);",
  },
  metafile: true,
  plugins: [withoutCommanderSubprocesses],
  logLevel: 'warning',
});

// Chunk names carry a hash: what an earlier build left behind goes only after the new files stand,
// so that a command started during a build still finds everything it needs.
for (const name of readdirSync(join(root, 'dist'))) {
  if (!(`dist/${name}` in metafile.outputs)) rmSync(join(root, 'dist', name), { recursive: true });
}
