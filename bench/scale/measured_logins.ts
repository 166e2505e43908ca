import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { LoginLoadOptions, LoginLoadResult } from '../service/login_bench.ts'
import type { ServiceAtWork } from '../service/our_service.ts'
import type { TokenHolder } from '../service/stock.ts'
import { core, type Running, type Workplace } from '../workplace.ts'
import type { FilledDatabase } from './filled_database.ts'
import type { WaitingPushesOptions } from './waiting_pushes.ts'

export interface LoginTimes {
  readonly warmSecs: number
  readonly secs: number
}

const wholeLoad = 32
const beginsWithinMs = 180_000

/**
 * Signed passcode logins on kept connections.
 *
 * @param holders None of their codes was used yet.
 */
export async function measureLogins(
  place: Workplace,
  { server, port, caFile }: ServiceAtWork,
  { authApi }: FilledDatabase,
  holders: readonly TokenHolder[],
  { warmSecs, secs, connections = wholeLoad }: LoginTimes & { readonly connections?: number },
): Promise<LoginLoadResult> {
  const load: LoginLoadOptions = {
    ...{ port, caFile, ikey: authApi.ikey, skey: authApi.skey.reveal(), holders, connections },
    ...{ warmSecs, secs, watch: server.pid },
  }
  const settings = join(await place.folder('load'), 'logins.json')
  await writeFile(settings, JSON.stringify(load), { mode: 0o600 })
  const file = join(import.meta.dirname, '../service/login_load.ts')
  const generator = place.startNode('login load', file, [settings], { core: core.load })
  const result = (await generator.answer(beginsWithinMs)) as LoginLoadResult
  await generator.exited
  return result
}

/** Sends pushes that wait until the returned program is stopped, or for a minute. */
export async function startWaitingPushes(
  place: Workplace,
  { port, caFile }: ServiceAtWork,
  { authApi }: FilledDatabase,
  usernames: readonly string[],
): Promise<{ readonly callers: Running; readonly waiting: number }> {
  const options: WaitingPushesOptions = {
    ...{ port, caFile, ikey: authApi.ikey, skey: authApi.skey.reveal(), usernames },
  }
  const settings = join(await place.folder('load'), 'pushes.json')
  await writeFile(settings, JSON.stringify(options), { mode: 0o600 })
  const file = join(import.meta.dirname, 'waiting_pushes.ts')
  const callers = place.startNode('waiting pushes', file, [settings], { core: core.load })
  const { waiting } = (await callers.answer(beginsWithinMs)) as { waiting: number }
  return { callers, waiting }
}
