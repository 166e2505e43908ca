/**
 * `npm run bench [-- NAME…] [--json] [--quick] [--profile] [--pending N] [--rate N]
 * [--server NAME…]`: measures each figure and a named peer in
 * the same run. Starts everything on loopback, leaves nothing behind, and fails if a server gives no
 * verified replies; `--quick` checks only that.
 */
import { parseArgs, styleText } from 'node:util'
import { type Figures, table } from './figure.ts'
import { panelBench } from './panel/panel_bench.ts'
import { profileFigures } from './proxy/profile.ts'
import { proxyBench } from './proxy/proxy_bench.ts'
import { radiusBench } from './radius/radius_bench.ts'
import { loginBench } from './service/login_bench.ts'
import { pendingBench } from './transaction/pending_bench.ts'
import { type WaitingBenchOptions, waitingBench } from './waiting/waiting_bench.ts'
import { Workplace } from './workplace.ts'

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'boolean' },
    quick: { type: 'boolean' },
    profile: { type: 'boolean' },
    pending: { type: 'string' },
    rate: { type: 'string' },
    server: { type: 'string', multiple: true },
  },
})

const length = flags.quick
  ? { rounds: 1, warmSecs: 0.2, secs: 0.3, quick: true }
  : { rounds: 3, warmSecs: 2, secs: 4 }

const benches: Readonly<Record<string, (place: Workplace) => Promise<Figures>>> = {
  proxy: (place) => (flags.profile ? profiled(place) : proxyBench(place, length)),
  service: (place) => loginBench(place, length),
  radius: (place) => radiusBench(place, length),
  transactions: (place) => pendingBench(place, length),
  waiting: (place) => waitingBench(place, { ...length, ...waitingLoad() }),
  panel: (place) => panelBench(place, length),
}

const unknown = positionals.filter((name) => !(name in benches))
if (unknown.length > 0) {
  const known = Object.keys(benches).join(', ')
  process.stderr.write(`bench: unknown name ${unknown.join(', ')}; known are ${known}\n`)
  process.exit(2)
}

/** How many pushes wait, how many are sent a second, and which servers are measured. */
function waitingLoad(): WaitingBenchOptions {
  const { pending, rate, server } = flags
  return {
    ...(pending === undefined ? {} : { pending: Number(pending) }),
    ...(rate === undefined ? {} : { ratePerSec: Number(rate) }),
    ...(server === undefined ? {} : { servers: server }),
  }
}

async function profiled(place: Workplace): Promise<Figures> {
  const profileFolder = await place.folder('profile')
  await proxyBench(place, { ...length, profileFolder })
  await place.stop()
  return profileFigures(profileFolder, 'where the proxy spends its time')
}

for (const [name, bench] of Object.entries(benches)) {
  if (positionals.length > 0 && !positionals.includes(name)) continue
  const place = await Workplace.open()
  const leave = (): void => void place.close().finally(() => process.exit(130))
  process.once('SIGINT', leave).once('SIGTERM', leave)
  try {
    if (!flags.json) process.stderr.write(styleText('dim', `measuring ${name} …\n`))
    const figures = await bench(place)
    if (!figures.verified.every((replies) => replies > 0)) {
      throw new Error(`${name}: a server gave no verified replies: ${figures.verified.join(', ')}`)
    }
    process.stdout.write(flags.json ? `${JSON.stringify(figures)}\n` : `${table(figures)}\n`)
  } finally {
    process.off('SIGINT', leave).off('SIGTERM', leave)
    await place.close()
  }
}
