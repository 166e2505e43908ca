import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { until } from '../../rig/until.ts'

const root = join(import.meta.dirname, '../../..')
/** Nothing else of the environment of the tests gets into a tree. */
const searchPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'
const cache = join(root, 'node_modules', '.cache', 'packages')

/** Why trees can't be used here; `undefined` if they can. */
export function whyNoTrees(): string | undefined {
  if (process.getuid?.() !== 0) return 'needs root'
  for (const program of ['debootstrap', 'systemd-nspawn', 'nsenter']) {
    if (spawnSync('sh', ['-c', `command -v ${program}`]).status !== 0) return `needs ${program}`
  }
  return undefined
}

/** Contents of a tree: a suite of Debian and packages in addition to its smallest set. */
interface Contents {
  readonly suite: string
  readonly include: readonly string[]
}

/** The trees that are kept between runs. */
const trees = {
  bookworm: {
    suite: 'bookworm',
    include: [
      'systemd',
      'systemd-sysv',
      'dbus',
      'iproute2',
      'libstdc++6',
      'adduser',
      'freeradius-utils',
      'procps',
    ],
  },
  selinux: { suite: 'bookworm', include: ['selinux-policy-default', 'setools', 'policycoreutils'] },
  wine: { suite: 'trixie', include: ['wine64'] },
} as const satisfies Readonly<Record<string, Contents>>

/** A command in a tree that failed. */
class TreeCommandError extends Error {
  override readonly name = 'TreeCommandError'
}

/** A copy of a small Debian in a folder, which can be booted with its own systemd. */
export class DebianTree {
  readonly folder: string
  #machine: ChildProcess | undefined
  #leader = 0
  readonly #mounted: string[] = []

  private constructor(folder: string) {
    this.folder = folder
  }

  /** Copies a tree; makes it first if it is not in the cache, which takes two minutes. */
  static create(kind: keyof typeof trees): DebianTree {
    const original = join(cache, kind)
    if (!existsSync(original)) bootstrap(original, trees[kind])
    const folder = mkdtempSync(join(tmpdir(), `tree-${kind}-`))
    execFileSync('cp', ['-a', `${original}/.`, folder])
    execFileSync('chmod', ['755', folder])
    writeFileSync(join(folder, 'etc/hosts'), '127.0.0.1 localhost\n::1 localhost\n')
    return new DebianTree(folder)
  }

  /** Starts systemd in it, with a network of its own that has only a loopback. */
  async boot(): Promise<void> {
    this.#machine = spawn(
      'systemd-nspawn',
      ['-q', '-D', this.folder, '--register=no', '--keep-unit', '--private-network', '-b'],
      { stdio: ['ignore', 'ignore', 'inherit'] },
    )
    await until(() => this.#findLeader() && this.#isUp())
  }

  /** Gives programs in a tree that is not booted what they expect of the kernel. */
  mountKernelFolders(): void {
    for (const name of ['proc', 'dev']) {
      execFileSync('mount', ['--bind', `/${name}`, join(this.folder, name)])
      this.#mounted.push(name)
    }
  }

  /** Runs a shell script in the tree. @throws if it fails. @returns Its output, both streams. */
  run(script: string): string {
    const { status, output } = this.attempt(script)
    if (status === 0) return output
    throw new TreeCommandError(`'${script}' ended with ${status}: ${output}`)
  }

  /** Runs a shell script in the booted tree, or in a chroot of one that is not booted. */
  attempt(script: string): { status: number | null; output: string } {
    const [command, args] = this.#command(`exec 2>&1\n${script}`)
    const { status, stdout, error } = spawnSync(command, args, {
      env: { PATH: searchPath },
      encoding: 'utf8',
      maxBuffer: 64 * 1024 * 1024,
    })
    if (error !== undefined) throw error
    return { status, output: stdout }
  }

  /** Starts a shell script that runs beside others. */
  async start(script: string): Promise<{ readonly output: Promise<string> }> {
    const [command, args] = this.#command(`exec 2>&1\n${script}`)
    const child = spawn(command, args, {
      env: { PATH: searchPath },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let output = ''
    child.stdout.on('data', (chunk) => {
      output += String(chunk)
    })
    await once(child, 'spawn')
    return { output: once(child, 'close').then(() => output) }
  }

  /** Unpacks an archive in the tree. @returns The folder that was in it. */
  unpack(archive: string): string {
    const target = join(this.folder, 'root')
    execFileSync('tar', ['-xzf', archive, '-C', target])
    return (
      readdirSync(target)
        .filter((name) => archive.endsWith(`/${name}.tar.gz`))
        .map((name) => `/root/${name}`)[0] ?? fail(`${archive} has no folder of its name`)
    )
  }

  /** Copies a file or folder into the tree. */
  add(from: string, to: string): void {
    mkdirSync(join(this.folder, to, '..'), { recursive: true })
    cpSync(from, join(this.folder, to), { recursive: true, preserveTimestamps: true })
  }

  read(path: string): string {
    return readFileSync(join(this.folder, path), 'utf8')
  }

  write(path: string, text: string): void {
    writeFileSync(join(this.folder, path), text)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#machine !== undefined && this.#machine.exitCode === null) {
      const ended = once(this.#machine, 'exit')
      if (this.attempt('systemctl poweroff').status !== 0) this.#machine.kill('SIGKILL')
      await ended
    }
    for (const name of this.#mounted) execFileSync('umount', ['--lazy', join(this.folder, name)])
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 })
  }

  #command(script: string): [string, string[]] {
    return this.#machine === undefined
      ? ['chroot', [this.folder, 'sh', '-c', script]]
      : [
          'nsenter',
          [
            '-t',
            String(this.#leader),
            '-m',
            '-u',
            '-i',
            '-n',
            '-p',
            '-r',
            '-w',
            'sh',
            '-c',
            script,
          ],
        ]
  }

  /** The systemd of the tree is the child of systemd-nspawn, after others that prepare its place. */
  #findLeader(): boolean {
    const parent = this.#machine?.pid
    if (this.#machine?.exitCode !== null) throw new TreeCommandError('systemd-nspawn ended')
    const children = readFileSync(`/proc/${parent}/task/${parent}/children`, 'utf8').trim()
    this.#leader = Number(children.split(' ')[0])
    return this.#leader > 0
  }

  #isUp(): boolean {
    return /running|degraded/.test(this.attempt('systemctl is-system-running').output)
  }
}

function bootstrap(folder: string, { suite, include }: Contents): void {
  const partial = `${folder}.partial`
  rmSync(partial, { recursive: true, force: true })
  mkdirSync(cache, { recursive: true })
  const run = (command: string, args: string[]) =>
    execFileSync(command, args, { stdio: ['ignore', 2, 2] })
  run('debootstrap', ['--variant=minbase', suite, partial])
  const install = `apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends ${include.join(' ')} && apt-get clean`
  run('systemd-nspawn', ['-q', '-D', partial, '--register=no', '--keep-unit', 'sh', '-c', install])
  run('mv', [partial, folder])
}

function fail(message: string): never {
  throw new Error(message)
}
