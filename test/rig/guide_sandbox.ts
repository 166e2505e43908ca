import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { text } from 'node:stream/consumers'
import { countersignVerb } from './countersign_verb.ts'

const root = resolve(import.meta.dirname, '../..')

/** What stands in a guide, and what a test has in its place. */
export type Replacement = readonly [guide: string | RegExp, test: string]

export interface ShellResult {
  readonly status: number | null
  /** Standard output and standard error, as a terminal shows them. */
  readonly output: string
}

/**
 * A folder in which the commands of the guides run as written. Stand-ins replace what needs root or systemd:
 * `sudo` runs the command itself, `systemctl` starts and stops the two real programs, `journalctl` prints the
 * output of the service, and `install` ignores owners. The verbs of `countersign` run in one kept process.
 */
export class GuideSandbox {
  readonly folder = mkdtempSync(join(tmpdir(), 'guide-'))
  readonly #names: readonly Replacement[]
  readonly #verbs: Server
  #last = ''

  private constructor(names: (folder: string) => readonly Replacement[]) {
    this.#names = names(this.folder)
    this.#verbs = createServer({ allowHalfOpen: true }, (socket) => {
      void text(socket).then((request) => {
        const { words, cwd, env, input } = JSON.parse(request)
        socket.end(JSON.stringify(countersignVerb(words, { cwd, env, input })))
      })
    })
  }

  static async create(names: (folder: string) => readonly Replacement[]): Promise<GuideSandbox> {
    const sandbox = new GuideSandbox(names)
    sandbox.#verbs.listen(join(sandbox.folder, 'verbs.sock'))
    await once(sandbox.#verbs, 'listening')
    for (const folder of ['bin', 'run', 'home', 'etc/ssl/certs', 'var/backups']) {
      mkdirSync(join(sandbox.folder, folder), { recursive: true })
    }
    for (const [name, script] of Object.entries(standIns)) {
      const file = join(sandbox.folder, 'bin', name)
      writeFileSync(file, script.replaceAll('@ROOT@', root).replaceAll('@FOLDER@', sandbox.folder))
      chmodSync(file, 0o755)
    }
    return sandbox
  }

  /** Writes a file of a guide, with the names of the test. */
  write(path: string, content: string): void {
    const file = this.replaced(path)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, this.replaced(content), { mode: 0o600 })
  }

  read(path: string): string {
    return readFileSync(this.replaced(path), 'utf8')
  }

  replaced(content: string): string {
    return this.#names.reduce((all, [from, to]) => all.replaceAll(from, () => to), content)
  }

  /** Runs a block; it ends at the first command that fails. */
  async run(block: string): Promise<ShellResult> {
    const child = spawn('bash', ['-eu', '-o', 'pipefail', '-c', this.replaced(block)], {
      cwd: join(this.folder, 'home'),
      env: {
        ...process.env,
        PATH: `${join(this.folder, 'bin')}:${process.env.PATH}`,
        NO_COLOR: '1',
        FORCE_COLOR: undefined,
        LAST_OUTPUT: join(this.folder, 'last-output'),
        COUNTERSIGN_DATA: join(this.folder, 'var/lib/countersign'),
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const output = await collect(child)
    this.#last += output
    writeFileSync(join(this.folder, 'last-output'), this.#last)
    return { status: child.exitCode, output }
  }

  async close(): Promise<void> {
    await this.run('systemctl stop countersign; systemctl stop countersign-authproxy')
    this.#verbs.close()
    rmSync(this.folder, { recursive: true, force: true })
  }
}

async function collect(child: ChildProcess): Promise<string> {
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk) => {
      output += String(chunk)
    })
  }
  // not `close`: a program in the background may keep the pipes
  await once(child, 'exit')
  return output
}

const standIns: Readonly<Record<string, string>> = {
  sudo: `#!/bin/sh
if [ "$1" = -u ]; then shift 2; fi
exec "$@"
`,
  install: `#!/bin/bash
words=()
while [ $# -gt 0 ]; do
  case $1 in -o | -g) shift 2 ;; *) words+=("$1"); shift ;; esac
done
exec /usr/bin/install "\${words[@]}"
`,
  chown: '#!/bin/sh\n',
  journalctl: '#!/bin/sh\ncat "@FOLDER@/run/countersign.log"\n',
  // a program of its own only where the verb keeps running
  countersign: `#!/bin/sh
case $1 in
  service | up) exec '@ROOT@/bin/countersign' "$@" ;;
esac
exec node '@FOLDER@/bin/verb.mjs' "$@"
`,
  'verb.mjs': `import { connect } from 'node:net'
import { fstatSync } from 'node:fs'
import { text } from 'node:stream/consumers'
const isFile = fstatSync(0).isFile() || fstatSync(0).isFIFO()
const socket = connect('@FOLDER@/verbs.sock')
const input = isFile ? await text(process.stdin) : ''
const { PATH: _, ...env } = process.env
socket.end(JSON.stringify({ words: process.argv.slice(2), cwd: process.cwd(), env, input }))
const { status, stdout, stderr } = JSON.parse(await text(socket))
process.stdout.write(stdout)
process.stderr.write(stderr)
process.exitCode = status
`,
  systemctl: `#!/bin/bash
set -eu
words=()
now=no
for word; do
  case $word in --now) now=yes ;; --*) ;; *) words+=("$word") ;; esac
done
verb=\${words[0]}
if [ "$verb" = enable ]; then [ $now = yes ] || exit 0; verb=start; fi
for unit in "\${words[@]:1}"; do
  pid=@FOLDER@/run/$unit.pid
  log=@FOLDER@/run/$unit.log
  stop() {
    [ -e "$pid" ] || return 0
    kill "$(cat "$pid")" 2> /dev/null || true
    while kill -0 "$(cat "$pid")" 2> /dev/null; do sleep 0.3; done
    rm "$pid"
  }
  start() {
    : > "$log"
    case $unit in
      countersign) '@ROOT@/bin/countersign' service --config @FOLDER@/etc/countersign/countersign.cfg > "$log" 2>&1 < /dev/null & ;;
      countersign-authproxy) '@ROOT@/bin/authproxy' --config @FOLDER@/etc/countersign/authproxy.cfg > "$log" 2>&1 < /dev/null & ;;
      *) echo "no unit $unit here" >&2; exit 5 ;;
    esac
    echo $! > "$pid"
    until grep -qE 'listening on|answers, and the keys' "$log"; do
      kill -0 "$(cat "$pid")" 2> /dev/null || { cat "$log" >&2; exit 1; }
      sleep 0.3
    done
  }
  case $verb in
    start) start ;;
    stop) stop ;;
    restart) stop; start ;;
    reload) kill -HUP "$(cat "$pid")" ;;
    status | is-active) kill -0 "$(cat "$pid")" && echo active ;;
    *) echo "systemctl $verb is not part of the sandbox" >&2; exit 1 ;;
  esac
done
`,
  ...Object.fromEntries(
    ['authproxy', 'authproxyctl', 'authproxy_connectivity_tool', 'authproxy_support'].map(
      (name) => [
        name,
        // the packages record where the configuration is
        `#!/bin/sh
case " $* " in *" --config "*) exec '@ROOT@/bin/${name}' "$@" ;; esac
exec '@ROOT@/bin/${name}' --config @FOLDER@/etc/countersign/authproxy.cfg "$@"
`,
      ],
    ),
  ),
  authproxy_passwd: `#!/bin/sh
case " $* " in *" --config "*) exec '@ROOT@/bin/authproxy_passwd' "$@" ;; esac
exec '@ROOT@/bin/authproxy_passwd' --config @FOLDER@/etc/countersign/authproxy.cfg "$@"
`,
}
