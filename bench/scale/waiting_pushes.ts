/**
 * Sends pushes that nobody answers, and waits. Started with the name of a file that holds
 * `WaitingPushesOptions` as JSON; prints a line of JSON with their number when they wait.
 */
import { readFileSync } from 'node:fs'
import { setTimeout as elapsed } from 'node:timers/promises'
import { Pool } from 'undici'
import { AuthApiClient } from '../../src/duo/https/auth_api_client.ts'
import { systemClock } from '../../src/host/clock.ts'
import { silentLog } from '../../src/host/log.ts'
import { Secret } from '../../src/host/secret.ts'

export interface WaitingPushesOptions {
  readonly port: number
  readonly caFile: string
  readonly ikey: string
  readonly skey: string
  readonly usernames: readonly string[]
}

const callsOfClient = 4000
const maxBeginning = 256
const lookMs = 100

const options: WaitingPushesOptions = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8'))
const { port, usernames } = options
const clients = Array.from({ length: Math.ceil(usernames.length / callsOfClient) }, newClient)
const operator = new Pool(`https://localhost:${port}`, {
  connections: 1,
  connect: { ca: readFileSync(options.caFile) },
})
let ended = 0

await Promise.all(clients.map((client) => client.check()))
for (const [index, username] of usernames.entries()) {
  while (index % maxBeginning === 0 && index - (await waiting()) > maxBeginning) {
    await elapsed(lookMs)
  }
  clients[Math.floor(index / callsOfClient)]
    ?.auth({ username, factor: 'push', device: 'auto' })
    .catch(() => {})
    .finally(() => {
      ended++
    })
}
while ((await waiting()) + ended < usernames.length) await elapsed(lookMs)
process.stdout.write(`${JSON.stringify({ waiting: await waiting() })}\n`)
setInterval(() => {}, 60_000)

async function waiting(): Promise<number> {
  const { body } = await operator.request({ method: 'GET', path: '/metrics' })
  return Number(/^countersign_waiting_calls (\d+)$/m.exec(await body.text())?.[1] ?? Number.NaN)
}

function newClient(): AuthApiClient {
  return new AuthApiClient({
    ...{ ikey: options.ikey, skey: new Secret(options.skey), host: 'localhost', port },
    ...{ caFile: options.caFile, timeoutSecs: 0, maxConnections: 64, maxWaiting: 10_000 },
    ...{ userAgent: 'bench', log: silentLog, clock: systemClock },
  })
}
