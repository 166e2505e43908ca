import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { CommandError, runCommand } from './command.ts'
import { type Layer, writeLayer } from './layer.ts'

/** The account in the images: a number, since orchestrators check that it is not root's. */
export const userId = 10001

/** Node in the images. */
export const runtimePath = '/usr/local/bin/node'

/** Loaded by the C library at run time, so that ldd does not list them. */
const lookedUpAtRunTime = ['libresolv.so.2', 'libnss_dns.so.2', 'libnss_files.so.2']
const librariesOf = ['libc6', 'libgcc-s1', 'libstdc++6']

const files = {
  '/etc/passwd': `root:x:0:0:root:/:/sbin/nologin\ncountersign:x:${userId}:${userId}::/:/sbin/nologin\n`,
  '/etc/group': `root:x:0:\ncountersign:x:${userId}:\n`,
  '/etc/nsswitch.conf': 'hosts: files dns\n',
}

/**
 * Writes the layer that both images share: Node, the libraries that it needs, and the few files that
 * these read. The libraries are those of the machine that builds it, so their version is part of the
 * image's bytes. Node brings its own list of certificate authorities.
 */
export function writeBaseLayer(runtime: string, work: string, seconds: number): Layer {
  const rootFs = join(work, 'base')
  const add = (from: string, to: string, mode: number) => {
    mkdirSync(dirname(join(rootFs, to)), { recursive: true })
    copyFileSync(from, join(rootFs, to))
    chmodSync(join(rootFs, to), mode)
  }
  add(runtime, runtimePath, 0o755)
  add(join(import.meta.dirname, 'node', 'LICENSE'), '/usr/share/doc/node/LICENSE', 0o644)
  for (const path of listLibraries(runtime)) add(realpathSync(path), path, 0o755)
  for (const name of librariesOf) {
    const licence = `/usr/share/doc/${name}/copyright`
    if (!existsSync(licence)) {
      throw new CommandError(
        `${licence} is missing; images are built on Debian, with ${name} installed`,
      )
    }
    add(realpathSync(licence), licence, 0o644)
  }
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(rootFs, path)), { recursive: true })
    writeFileSync(join(rootFs, path), text)
  }
  mkdirSync(join(rootFs, 'tmp'))
  const parts = [{ entries: ['etc', 'lib', 'lib64', 'usr'] }, { entries: ['tmp'], mode: '1777' }]
  const layer = writeLayer(rootFs, parts, join(work, 'base.gz'), seconds)
  rmSync(rootFs, { recursive: true })
  return layer
}

/** The libraries of a program, by the paths at which the loader looks for them. */
function listLibraries(program: string): string[] {
  const linked = [...runCommand('ldd', [program]).matchAll(/(\/\S+) \(0x/g)].flatMap(
    ([, path]) => path ?? [],
  )
  const libc = linked.find((path) => basename(path) === 'libc.so.6')
  if (libc === undefined) throw new CommandError(`ldd lists no C library of ${program}`)
  return [...linked, ...lookedUpAtRunTime.map((name) => join(dirname(libc), name))]
}
