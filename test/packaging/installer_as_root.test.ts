import assert from 'node:assert/strict'
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  chownSync,
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, test } from 'node:test'

const installer = join(import.meta.dirname, '../../packaging/linux/installer')
const nobody = 65534
const skip = process.platform === 'linux' && process.getuid?.() === 0 ? false : 'needs root'

let folder: string
let root: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'installer-'))
  chmodSync(folder, 0o755)
  root = join(folder, 'proxy')
  mkdirSync(join(root, 'conf'), { recursive: true })
})
afterEach(() => rmSync(folder, { recursive: true }))

/** Runs functions of the installer. */
function run(commands: string) {
  return spawnSync(
    'sh',
    [
      '-euc',
      `source_dir=${folder}/unpacked install_dir=${root} program=authproxy product=countersign-authproxy
service_user=nobody silent=yes default_dir=/opt/x default_user=x default_group=x
log_group= create_init_script= enable_selinux=
for part in messages layout undo questions records; do . ${installer}/$part.sh; done
set_paths
${commands}`,
    ],
    { encoding: 'utf8' },
  )
}

describe('the configuration that ./install creates', { skip }, () => {
  test('is never a way to a file of root, whenever the service user puts a link there', () => {
    const victim = join(folder, 'victim')
    writeFileSync(victim, 'of root\n', { mode: 0o644 })
    mkdirSync(join(folder, 'unpacked/conf'), { recursive: true })
    writeFileSync(join(folder, 'unpacked/conf/authproxy.cfg'), '[main]\n')
    chownSync(join(root, 'conf'), nobody, nobody)
    // the link comes right before each step, as if the service user always won the race
    const { status, stderr } = run(`
plant() { setpriv --reuid=${nobody} --clear-groups ln -sfT ${victim} "$config_file"; }
for step in cp install mv chown chmod; do eval "$step() { plant; command $step \\"\\$@\\"; }"; done
write_configuration`)
    assert.equal(status, 0, stderr)
    assert.equal(statSync(victim).uid, 0)
    assert.equal(statSync(victim).mode & 0o777, 0o644)
    assert.equal(readFileSync(victim, 'utf8'), 'of root\n')
    const file = lstatSync(join(root, 'conf/authproxy.cfg'))
    assert.deepEqual(
      { isFile: file.isFile(), uid: file.uid, mode: file.mode & 0o777 },
      { isFile: true, uid: nobody, mode: 0o600 },
    )
  })
})

describe('the record of an installation', { skip }, () => {
  const read = (text: string) => {
    writeFileSync(join(root, 'installed'), text, { mode: 0o644 })
    return run('read_previous_installation; echo "$default_user,$default_group,$default_init"')
  }
  const record = "# written by ./install\nservice_user='radius'\nlog_group='adm'\n"

  test('gives the defaults of an upgrade', () => {
    assert.equal(read(`${record}create_init_script='no'\n`).stdout, 'radius,adm,no\n')
  })

  test('is not executed', () => {
    const ran = join(folder, 'ran')
    for (const line of [
      `touch ${ran}`,
      `service_user=$(touch ${ran})`,
      `service_user='x'; touch ${ran}`,
      `PATH='${folder}'`,
    ]) {
      const { status, stderr } = read(`${record}${line}\n`)
      assert.equal(status, 1)
      assert.match(stderr, /installed line 4: (this is not a line|the value of service_user)/)
      assert.ok(!existsSync(ran), line)
    }
  })

  test('is refused if another account may have written it', () => {
    assert.equal(read(record).status, 0)
    chownSync(root, nobody, nobody)
    assert.match(read(record).stderr, /may have been written by another account than root/)
    chownSync(root, 0, 0)
    chmodSync(join(root, 'installed'), 0o666)
    assert.equal(read(record).status, 1)
  })
})

describe('the init script', { skip }, () => {
  const children: ChildProcess[] = []
  afterEach(() => {
    for (const child of children.splice(0)) child.kill('SIGKILL')
  })

  /** Runs `stop` with a pid file that names a program. @returns Whether the program was ended. */
  async function stop(program: string, uid: number): Promise<boolean> {
    const child = spawn(program, ['300'], { uid, stdio: 'ignore' })
    children.push(child)
    const names: Readonly<Record<string, string>> = {
      PRODUCT: 'proxy',
      USER: 'nobody',
      INSTALL_DIR: root,
    }
    const text = readFileSync(join(installer, 'init.sh'), 'utf8')
      .replace(/@(\w+)@/g, (name, key) => names[key] ?? name)
      .replace('/run/', `${folder}/`)
    writeFileSync(join(folder, 'init'), text)
    writeFileSync(join(folder, 'proxy.pid'), `${child.pid}\n`)
    const script = spawn('sh', [join(folder, 'init'), 'stop'], { stdio: 'ignore' })
    await once(script, 'exit')
    return child.signalCode !== null
  }

  test('ends its own program, and no other that has got the number of the pid file', async () => {
    const runtime = join(root, 'versions/1.0.0/runtime')
    mkdirSync(runtime, { recursive: true })
    copyFileSync('/bin/sleep', join(runtime, 'node'))
    assert.equal(await stop('/bin/sleep', nobody), false)
    assert.equal(await stop(join(runtime, 'node'), 0), false)
    assert.equal(await stop(join(runtime, 'node'), nobody), true)
  })
})
