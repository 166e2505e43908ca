// Bundles the programs of src/cmd: in one folder of a few files they start three times faster than from
// source, and need no node_modules.
import { copyFileSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { basename, isAbsolute, join } from 'node:path'
import { rolldown } from 'rolldown'

const root = join(import.meta.dirname, '..')
const sources = join(root, 'src', 'cmd')

/** The names of all programs: `src/cmd/NAME.ts`. */
export function listPrograms(): string[] {
  return readdirSync(sources)
    .filter((name) => name.endsWith('.ts'))
    .map((name) => basename(name, '.ts'))
    .sort()
}

/**
 * Bundles programs into `outDir/lib/cmd/NAME.js`. From there, `import.meta.dirname + '/../..'` is
 * `outDir`, as it is the root of a clone from `src/cmd`; hence `outDir/package.json` is written too.
 *
 * @param outDir Any folder; its `lib/cmd` is replaced.
 * @returns The source files in the bundle, with absolute paths, sorted.
 */
export async function bundle(
  outDir: string,
  programs: readonly string[] = listPrograms(),
): Promise<string[]> {
  const target = join(outDir, 'lib', 'cmd')
  rmSync(target, { recursive: true, force: true })
  mkdirSync(target, { recursive: true })
  copyFileSync(join(root, 'package.json'), join(outDir, 'package.json'))
  const build = await rolldown({
    cwd: root,
    input: Object.fromEntries(programs.map((name) => [name, join(sources, `${name}.ts`)])),
    platform: 'node',
    // pg loads pg-native only where it is installed
    external: [/^node:/, 'pg-native'],
    tsconfig: false,
    // a module's path decides its place in the bundle, so it must not depend on where a link leads
    resolve: { symlinks: false },
    // comments with the paths of modules would depend on where node_modules is
    experimental: { attachDebugInfo: 'none' },
    logLevel: 'warn',
  })
  try {
    const { output } = await build.write({
      dir: target,
      format: 'esm',
      entryFileNames: '[name].js',
      chunkFileNames: 'chunk-[name]-[hash].js',
    })
    const modules = output.flatMap((file) => (file.type === 'chunk' ? file.moduleIds : []))
    return [...new Set(modules)].filter(isAbsolute).sort()
  } finally {
    await build.close()
  }
}
