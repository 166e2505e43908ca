/**
 * `npm run high-availability -- [--seconds N] [--rate N] [--seed N] [--failmode safe|secure] [--resend same-packet|new-packet|both] [--only FAULT] [--logs FOLDER]`: signs in
 * through two proxies, two nodes and PostgreSQL, each in its own network namespace, while they are
 * killed, paused and cut off at random, and checks each login against a model. Needs root.
 */
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { Workplace } from '../../../bench/workplace.ts'
import { Cluster, radiusSecret, servicePort } from './cluster.ts'
import { Controllers } from './controllers.ts'
import { Faults, isKind } from './faults.ts'
import { Load } from './load.ts'
import { ChaosPhones } from './phones.ts'
import {
  controllerAddresses,
  enterPrivateNetwork,
  machines,
  serviceName,
} from './private_network.ts'
import { Random } from './random.ts'
import { report } from './report.ts'

const { values: flags } = parseArgs({
  options: {
    seconds: { type: 'string', default: '300' },
    rate: { type: 'string', default: '200' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    failmode: { type: 'string', default: 'secure' },
    resend: { type: 'string', default: 'both' },
    only: { type: 'string' },
    logs: { type: 'string' },
  },
})
const [seconds, rate, seed] = [flags.seconds, flags.rate, flags.seed].map(Number)
const failmode = flags.failmode === 'safe' ? 'safe' : 'secure'
const resend =
  flags.resend === 'same-packet' || flags.resend === 'new-packet' ? flags.resend : 'both'
const [timeoutMs, deadlineMs] = [10_000, 40_000]

if (seconds === undefined || rate === undefined || seed === undefined || !(seconds * rate > 0)) {
  process.stderr.write('high-availability: --seconds, --rate and --seed are numbers above 0\n')
  process.exit(1)
}
if (flags.only !== undefined && !isKind(flags.only)) {
  process.stderr.write(`high-availability: --only ${flags.only}: there is no such fault\n`)
  process.exit(1)
}
enterPrivateNetwork()

const place = await Workplace.open()
let status = 1
try {
  const holders = {
    tokenHolders: Math.max(200, rate * 15),
    phoneHolders: Math.max(300, Math.ceil(rate * 0.35 * 40)),
  }
  const servers = [machines.proxy1, machines.proxy2]
  const retries = {
    radiusTimeoutSecs: timeoutMs / 1000,
    radiusRetries: Math.ceil(deadlineMs / timeoutMs / servers.length) - 1,
    radiusServers: servers.length,
  }
  process.stdout.write(
    `${rate} sign-ins per second for ${seconds} s, failmode=${failmode}, seed ${seed} (repeat it with --seed ${seed})\n`,
  )
  const cluster = await Cluster.start(place, { failmode, retries, ...holders })
  const phones = new ChaosPhones({
    nodes: [machines.node1, machines.node2],
    name: serviceName,
    port: servicePort,
    ca: readFileSync(cluster.caFile),
    phoneKey: cluster.stock.phoneKey,
  })
  const controllers = new Controllers({
    controllers: controllerAddresses,
    servers,
    secret: radiusSecret,
    timeoutMs,
    deadlineMs,
  })
  const load = new Load({
    controllers,
    phones,
    stock: cluster.stock,
    databaseUrl: cluster.databaseUrl,
    random: new Random(seed),
    deadlineMs,
    resend,
  })
  const faults = new Faults(cluster, new Random(seed + 1), flags.only)
  const until = performance.now() + seconds * 1000
  await Promise.all([
    load.run(rate, until),
    faults.run(until, (line) => process.stdout.write(`${line}\n`)),
  ])
  const rules = { failmode, timeoutMs, deadlineMs, outages: faults.outages } as const
  if (flags.logs !== undefined) cluster.keepLogs(flags.logs)
  const isClean = report({ load, faults: faults.done, rules, seconds })
  await phones.close()
  status = isClean ? 0 : 1
} finally {
  await place.close()
}
process.exit(status)
