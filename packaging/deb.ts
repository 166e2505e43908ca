import { createHash } from 'node:crypto'
import {
  chmodSync,
  cpSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { writeTar } from './archive.ts'
import { runCommand } from './command.ts'
import type { Product } from './product.ts'

const sources = join(import.meta.dirname, 'deb')
const linux = join(import.meta.dirname, 'linux')
const maintainer = 'The Countersign authors <packages@countersign.invalid>'
const copyright = `Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/

Files: *
Copyright: the Countersign authors
License: Apache-2.0
 The text is in /usr/share/common-licenses/Apache-2.0. The licences of the software that the package
 contains are in THIRD-PARTY-LICENSES and runtime/LICENSE in the folder of the program.
`

const logFolder = '/var/log/countersign-authproxy'

export interface DebOptions {
  readonly version: string
  /** Time of all files, in seconds since 1970. */
  readonly seconds: number
  /** `zstd` is quick; `xz` is small, and older dpkg reads it. */
  readonly compression: 'xz' | 'zstd'
}

/**
 * Writes `NAME_VERSION_amd64.deb`. Debian's own ways apply: a conffile in /etc, upgrade in place, purge.
 *
 * @param staged A product with its programs in `bin`.
 * @param work A folder that does not exist yet.
 * @returns The package.
 */
export function writeDeb(
  product: Product,
  staged: string,
  work: string,
  outDir: string,
  { version, seconds, compression }: DebOptions,
): string {
  const { name, program } = product
  const target = `/opt/${name}`
  const config = `/etc/countersign/${program}.cfg`
  const values = {
    LOG_DIR: logFolder,
    DATA_DIR: '/var/lib/countersign',
    PRODUCT: name,
    INSTALL_DIR: target,
    BIN_DIR: `${target}/bin`,
    CONFIG_FILE: config,
    USER: program === 'authproxy' ? 'authproxy_svc' : 'countersign',
    GROUP: program === 'authproxy' ? 'authproxy_svc' : 'countersign',
    LOG_GROUP: 'authproxy_grp',
    SHARED_PROGRAMS: product.sharedPrograms.join(' '),
  }
  const put = (path: string, text: string) => {
    mkdirSync(dirname(join(work, path)), { recursive: true })
    writeFileSync(join(work, path), fillTemplate(text, values))
  }
  cpSync(staged, join(work, target), { recursive: true })
  put(`${target}/installation.json`, describeInstallation(product, values.USER, config))
  mkdirSync(join(work, 'usr/bin'), { recursive: true })
  for (const name of product.programs) {
    // a path belongs to one package only: postinst and prerm keep the link of a shared program
    if (product.sharedPrograms.includes(name)) continue
    symlinkSync(`${target}/bin/${name}`, join(work, 'usr/bin', name))
  }
  put(config, readFileSync(join(linux, 'conf', `${program}.cfg`), 'utf8'))
  // `log_dir=log` in the configuration leads there
  if (program === 'authproxy') symlinkSync(logFolder, join(work, 'etc/countersign/log'))
  put(`/lib/systemd/system/${name}.service`, buildUnit(product))
  put(`/usr/share/doc/${name}/copyright`, copyright)
  const size = sumSizes(work)
  put('DEBIAN/control', buildControl(product, version, size))
  put('DEBIAN/conffiles', `${config}\n`)
  put('DEBIAN/md5sums', sumContents(work))
  for (const script of readdirSync(join(sources, program))) {
    put(`DEBIAN/${script}`, readFileSync(join(sources, program, script), 'utf8'))
  }
  if (program === 'authproxy') addConfigurationCheck(staged, work, seconds)
  setModes(work)
  const file = join(outDir, `${name}_${version}_amd64.deb`)
  runCommand('dpkg-deb', ['--root-owner-group', `-Z${compression}`, '--build', work, file], {
    env: { SOURCE_DATE_EPOCH: String(seconds) },
  })
  return file
}

/** Fills the `@NAMES@` in a template; text such as `@system-service` stays. */
function fillTemplate(text: string, values: Readonly<Record<string, string>>): string {
  return text.replaceAll(/@([A-Z_]+)@/g, (found, name: string) => values[name] ?? found)
}

function describeInstallation({ name, program }: Product, user: string, config: string): string {
  const description = {
    configFile: config,
    ...(program === 'authproxy' ? { runDir: `/run/${name}`, logDir: logFolder } : {}),
    unit: `${name}.service`,
    serviceUser: user,
  }
  return `${JSON.stringify(description, undefined, 2)}\n`
}

/** The unit of ./install, with the run folder where Debian has it. */
function buildUnit({ name, program }: Product): string {
  const text = readFileSync(join(linux, 'units', `${program}.service`), 'utf8')
  return text.replace(' @RUN_DIR@\n', `\nRuntimeDirectory=${name}\nRuntimeDirectoryMode=0750\n`)
}

function buildControl(
  { name, title, description }: Product,
  version: string,
  size: number,
): string {
  return `Package: ${name}
Version: ${version}
Architecture: amd64
Maintainer: ${maintainer}
Section: net
Priority: optional
Depends: libc6 (>= 2.28), libstdc++6 (>= 8), libgcc-s1 | libgcc1, adduser, util-linux
Installed-Size: ${Math.ceil(size / 1024)}
Description: ${title}
 ${description}
`
}

/**
 * The new version's check of the configuration, for `preinst`, which runs before the package is unpacked;
 * it deletes the archive, so that dpkg does not keep it.
 */
function addConfigurationCheck(staged: string, work: string, seconds: number): void {
  writeTar(join(work, 'DEBIAN', 'check.tar'), staged, ['lib', 'package.json'], seconds)
}

function listFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .sort()
}

/** Sizes as written, since blocks on disk depend on the file system. */
function sumSizes(folder: string): number {
  return listFiles(folder).reduce((sum, file) => sum + lstatSync(join(folder, file)).size, 0)
}

function sumContents(folder: string): string {
  return listFiles(folder)
    .filter((file) => !file.startsWith('DEBIAN/'))
    .map((file) => {
      const sum = createHash('md5')
        .update(readFileSync(join(folder, file)))
        .digest('hex')
      return `${sum}  ${file}\n`
    })
    .join('')
}

/** Modes do not depend on the umask of the build. */
function setModes(folder: string): void {
  runCommand('chmod', ['-R', 'u+rwX,go+rX,go-w', folder])
  for (const name of readdirSync(join(folder, 'DEBIAN'))) {
    const isScript = /^(pre|post)(inst|rm)$/.test(name)
    chmodSync(join(folder, 'DEBIAN', name), isScript ? 0o755 : 0o644)
  }
}
