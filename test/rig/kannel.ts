import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { skipWithout } from './debian_package.ts'
import { freePort, Running } from './running.ts'
import { until, untilFound } from './until.ts'

const fakesmsc = '/usr/lib/kannel/test/fakesmsc'

export const skipKannel =
  skipWithout('kannel', '/usr/sbin/bearerbox') || skipWithout('kannel-extras', fakesmsc)

/** A message as the SMS centre has it. */
export interface CentreMessage {
  readonly from: string
  readonly to: string
  readonly text: string
}

/** Kannel's bearerbox and smsbox with an SMS centre that takes all, on ports of their own. */
export class Kannel {
  readonly sendsmsPort: number
  readonly #folder: string
  readonly #boxes: Running[] = []
  readonly #centrePort: number
  readonly #statusUrl: string
  #centre: Running | undefined
  #taken = 0

  private constructor(folder: string, ports: readonly [number, number, number, number]) {
    const [adminPort, boxPort, centrePort, sendsmsPort] = ports
    this.#folder = folder
    this.#centrePort = centrePort
    this.#statusUrl = `http://127.0.0.1:${adminPort}/status.txt?password=status`
    this.sendsmsPort = sendsmsPort
    writeFileSync(
      join(folder, 'kannel.conf'),
      `group = core
admin-port = ${adminPort}
admin-interface = 127.0.0.1
admin-password = status
smsbox-port = ${boxPort}
smsbox-interface = 127.0.0.1
box-allow-ip = 127.0.0.1
box-deny-ip = "*.*.*.*"
sms-resend-freq = 1

group = smsc
smsc = fake
smsc-id = centre
port = ${centrePort}
connect-allow-ip = 127.0.0.1

group = smsbox
bearerbox-host = 127.0.0.1
sendsms-port = ${sendsmsPort}
sendsms-interface = 127.0.0.1

group = sendsms-user
username = countersign
password = hunter2
default-sender = VPN
max-messages = 1
white-list-regex = "^\\\\+?(49|1555)"

group = sms-service
keyword = default
text = "nothing is answered here"
`,
    )
  }

  static async start(): Promise<Kannel> {
    const ports = [await freePort(), await freePort(), await freePort(), await freePort()] as const
    const kannel = new Kannel(mkdtempSync(join(tmpdir(), 'kannel-')), ports)
    kannel.#box('/usr/sbin/bearerbox')
    await until(async () => (await kannel.#status()) !== '')
    kannel.#box('/usr/sbin/smsbox')
    await until(async () => (await kannel.#status()).includes('smsbox:'))
    return kannel
  }

  /** Connects an SMS centre: without one, messages are kept for later. */
  async connectCentre(): Promise<void> {
    await until(async () => {
      if (this.#centre === undefined || this.#centre.child.exitCode !== null) {
        const where = ['-H', '127.0.0.1', '-r', String(this.#centrePort)]
        this.#centre = new Running(fakesmsc, [...where, '-m', '0', '-i', '60', '1 2 text none'])
      }
      return /FAKE:\d+ \(online/.test(await this.#status())
    })
  }

  /** The next message that the SMS centre has got. */
  async message(): Promise<CentreMessage> {
    const nth = this.#taken++
    const line = await untilFound(() => {
      const all = [...(this.#centre?.stderr ?? '').matchAll(/Got message \d+: <(.*)>$/gm)]
      return all[nth]?.[1]
    })
    const [, from = '', to = '', text = ''] = /^(\S+) (\S+) text (.*)$/.exec(line) ?? []
    return { from, to, text }
  }

  /** Ends the smsbox, which takes the requests. */
  async stopSmsbox(): Promise<void> {
    await this.#boxes.pop()?.stop('SIGKILL')
  }

  async close(): Promise<void> {
    for (const box of [this.#centre, ...this.#boxes]) await box?.stop('SIGKILL')
    rmSync(this.#folder, { recursive: true, force: true })
  }

  #box(program: string): void {
    this.#boxes.push(new Running(program, ['-v', '4', join(this.#folder, 'kannel.conf')]))
  }

  async #status(): Promise<string> {
    const answer = await fetch(this.#statusUrl).catch(() => undefined)
    return answer === undefined ? '' : await answer.text()
  }
}
