import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { isRecord } from '../../src/duo/index.ts'
import { readFirstRun } from '../../src/first_run/first_run_file.ts'
import { countersignVerb } from './countersign_verb.ts'
import { skipWithout } from './debian_package.ts'
import { freePort, Running } from './running.ts'

export const skipRadclient = skipWithout('freeradius-utils', '/usr/bin/radclient')

const program = resolve(import.meta.dirname, '../../bin/countersign')

/** A message, call or mail in the outbox. */
export interface Sent {
  readonly id: string
  readonly kind: string
  readonly to: string
  readonly text: string
  /** Of a call. */
  readonly state: string
}

/** The reply to a RADIUS request. */
export interface SignedIn {
  readonly accepted: boolean
  /** Reply-Message. */
  readonly message: string
}

/** Runs `countersign up` in a temporary folder, and does what a new user would do. */
export class CountersignUp {
  /** Of the service. */
  readonly port: number
  readonly radius: { readonly port: number; readonly secret: string }
  /** Activates push on alice's phone. */
  readonly activationLink: string
  /** The sign-in page of the simulated directory. */
  readonly signInUrl: string
  /** In the simulated directory. */
  readonly alicesPassword: string
  /** `otpauth://hotp/…` */
  readonly alicesToken: string
  readonly #root: string
  readonly #data: string
  readonly #running: Running

  private constructor(root: string, running: Running) {
    this.#root = root
    this.#data = dataIn(root)
    this.#running = running
    const firstRun = readFirstRun(this.#data)
    assert(firstRun !== undefined)
    this.port = firstRun.service.api_port
    this.radius = firstRun.radius
    this.activationLink = firstRun.users[0]?.push_activation_url ?? ''
    this.signInUrl = firstRun.directory?.sign_in_url ?? ''
    this.alicesPassword = firstRun.users[0]?.password ?? ''
    this.alicesToken = firstRun.users[0]?.hotp_uri ?? ''
  }

  static async start(): Promise<CountersignUp> {
    const root = mkdtempSync(join(tmpdir(), 'countersign-'))
    const ports = await freePortFlags()
    const words = ['--data', dataIn(root), ...ports]
    const running = new Running(program, ['up', ...words])
    await running.prints(/Ctrl-C stops everything/)
    return new CountersignUp(root, running)
  }

  /** Runs a verb on the same data. @returns Its output. */
  async countersign(...words: readonly string[]): Promise<string> {
    return countersign(this.#data, ...words)
  }

  /** What `countersign outbox` lists, newest first. */
  async outbox(): Promise<readonly Sent[]> {
    return (await this.#listed('outbox')).map(({ id, kind, to, text, state }) => ({
      id: String(id),
      kind: String(kind),
      to: String(to),
      text: String(text),
      state: String(state),
    }))
  }

  async lastSentTo(to: string): Promise<Sent> {
    const entries = await this.outbox()
    const last = entries.find((entry) => entry.to === to)
    assert(last !== undefined, `nothing was sent to ${to}: ${JSON.stringify(entries)}`)
    return last
  }

  /** Sends one Access-Request with radclient, and waits for the reply. */
  async signIn(username: string, password: string): Promise<SignedIn> {
    return await signIn(username, password, this.radius)
  }

  /** What `countersign log authentication` lists, newest first. */
  async authenticationLog(): Promise<readonly Readonly<Record<string, unknown>>[]> {
    return await this.#listed('log', 'authentication')
  }

  async #listed(...words: readonly string[]): Promise<Readonly<Record<string, unknown>>[]> {
    const listed: unknown = JSON.parse(await this.countersign(...words, '--json'))
    return Array.isArray(listed) ? listed.filter(isRecord) : []
  }

  async stop(): Promise<void> {
    assert.equal(await this.#running.stop(), 0)
    rmSync(this.#root, { recursive: true })
  }
}

/** Flags of `countersign up` with a free port for each of its listeners. */
export async function freePortFlags(): Promise<string[]> {
  const flags = ['--port', '--radius-port', '--directory-port']
  const ports = await Promise.all(flags.map(() => freePort()))
  return flags.flatMap((flag, index) => [flag, String(ports[index])])
}

function dataIn(root: string): string {
  return join(root, 'data')
}

/** Runs a verb on a data folder. @returns Its output. */
export function countersign(data: string, ...words: readonly string[]): string {
  const env = { ...process.env, COUNTERSIGN_DATA: data, NO_COLOR: '1' }
  const { status, stdout, stderr } = countersignVerb(words, { env })
  assert.equal(status, 0, `countersign ${words.join(' ')}: ${stderr}`)
  return stdout
}

/** Sends one Access-Request with radclient, and waits for the reply. */
export async function signIn(
  username: string,
  password: string,
  { port, secret }: { readonly port: number; readonly secret: string },
): Promise<SignedIn> {
  const input = `User-Name="${username}",User-Password="${password}",Message-Authenticator=0x00\n`
  const args = ['-x', '-r', '1', '-t', '70', `127.0.0.1:${port}`, 'auth', secret]
  const { stdout, stderr } = await radclient(args, input)
  const accepted = stdout.includes('Received Access-Accept')
  assert(accepted || stdout.includes('Received Access-Reject'), `${stdout}${stderr}`)
  const messages = stdout.matchAll(/Reply-Message = "(.*)"$/gm)
  return { accepted, message: [...messages].map(([, text]) => text).join('') }
}

/** Runs radclient, which reads the attributes of its requests from standard input. */
function radclient(
  args: readonly string[],
  input: string,
): Promise<Record<'stdout' | 'stderr', string>> {
  return new Promise((done) => {
    const child = execFile('radclient', args, (_, stdout, stderr) => done({ stdout, stderr }))
    child.stdin?.end(input)
  })
}
