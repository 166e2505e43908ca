import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as elapsed } from 'node:timers/promises'
import pg from 'pg'
import { AuthApiClient } from '../../src/duo/https/auth_api_client.ts'
import { systemClock } from '../../src/host/clock.ts'
import { silentLog } from '../../src/host/log.ts'
import type { Plan } from '../figure.ts'
import { type ServiceAtWork, startService } from '../service/our_service.ts'
import { Passcodes } from '../service/passcodes.ts'
import type { TokenHolder } from '../service/stock.ts'
import { core, type Workplace } from '../workplace.ts'
import { type FilledDatabase, openReadOnly } from './filled_database.ts'
import { type ListRequest, noList, openLists } from './lists.ts'

/** The file of PostgreSQL's log, in the data folder. */
export const postgresLog = 'plans.log'
/** Settings with which PostgreSQL can explain each statement that it runs. */
export const explainableSettings = {
  logging_collector: 'on',
  log_filename: postgresLog,
  log_rotation_size: '0',
  log_line_prefix: '',
}
/** How long the service is watched without a request, to know the statements of its periodic work. */
const idleMs = 7_000
const settleMs = 600
const maxSqlLength = 900
/** Of a list, the first statements that differ; the others look up what a page shows. */
const maxPlansOfList = 3
const explained = [
  ...['panel: users found by two words', 'panel: users who are not enrolled'],
  ...['panel: newest sign-ins', 'panel: frauds from an address', 'panel: denied pushes'],
  ...['Admin API: last page of users', 'Admin API: denied sign-ins (v2)'],
]

interface Statement {
  readonly sql: string
  /** PostgreSQL has explained it while it ran. */
  readonly plan?: string
}

/** The plans of the statements of a login, and of some lists, as a running service sends them. */
export async function explainRequests(
  place: Workplace,
  filled: FilledDatabase,
  holder: TokenHolder,
): Promise<Plan[]> {
  const { database, folder, databaseUrl } = filled
  const recorded =
    databaseUrl === undefined
      ? join(folder, 'statements.jsonl')
      : join(folder, '../postgres/data/log', postgresLog)
  if (databaseUrl !== undefined) await explainStatements(databaseUrl)
  const recorder = join(import.meta.dirname, 'statement_recorder.ts')
  const service = await startService(place, {
    ...{ name: `explained service on ${database}`, folder, core: core.server },
    ...(databaseUrl === undefined
      ? { env: { RECORDED_STATEMENTS: recorded, NODE_OPTIONS: `--import=${recorder}` } }
      : { databaseUrl }),
  })
  const lists = await openLists(service, {
    ...filled,
    administrator: filled.secondAdministrator,
  })
  const seen = new Set<string>()
  const plans: Plan[] = []
  const statementsOf = async (work: () => Promise<unknown>): Promise<Statement[]> => {
    const before = readIfThere(recorded).length
    await work()
    await elapsed(settleMs)
    const text = readIfThere(recorded).slice(before)
    return databaseUrl === undefined ? recordedStatements(text) : loggedPlans(text)
  }
  const explain = async (what: string, work: () => Promise<unknown>, max?: number) => {
    const added = (await statementsOf(work)).filter(({ sql }) => {
      const isNew = !seen.has(sql)
      seen.add(sql)
      return isNew
    })
    for (const { sql, plan } of added.slice(0, max)) {
      plans.push({
        what: `${database}, ${what}`,
        sql: shorten(sql),
        plan: plan ?? sqlitePlan(folder, sql),
      })
    }
  }
  const passcodes = new Passcodes(holder)
  const login = signIn(service, filled, passcodes)
  // statements of the periodic work are no part of a request; the first login prepares and reads settings
  await login.once()
  for (const { sql } of await statementsOf(() => elapsed(idleMs))) seen.add(sql)
  await explain('login with a passcode', login.once)
  const requestOf = (name: string): ListRequest => {
    const request = lists.requests.find((each) => each.name === name)
    if (request === undefined) throw new Error(`there is no list ${name}`)
    return request
  }
  // each request of the panel reads its session
  for (const { sql } of await statementsOf(requestOf(noList).send)) seen.add(sql)
  for (const name of explained) await explain(name, requestOf(name).send, maxPlansOfList)
  lists.close()
  await login.close()
  await service.server.stop()
  return plans
}

function signIn({ port, caFile }: ServiceAtWork, { authApi }: FilledDatabase, codes: Passcodes) {
  const client = new AuthApiClient({
    ...{ ikey: authApi.ikey, skey: authApi.skey, host: 'localhost', port, caFile },
    ...{ timeoutSecs: 30, maxConnections: 1, maxWaiting: 10, userAgent: 'bench' },
    ...{ log: silentLog, clock: systemClock },
  })
  const { username } = codes
  return {
    once: async (): Promise<void> => {
      const passcode = codes.next()
      const { result, status_msg } = await client.auth({ username, factor: 'passcode', passcode })
      if (result !== 'allow') throw new Error(`the login was not allowed: ${status_msg}`)
    },
    close: () => client.close(),
  }
}

/** From the next connection on, PostgreSQL logs how it ran each statement. */
async function explainStatements(databaseUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  const name = client.escapeIdentifier(new URL(databaseUrl).pathname.slice(1))
  const settings = {
    session_preload_libraries: 'auto_explain',
    'auto_explain.log_min_duration': '0',
    'auto_explain.log_analyze': 'on',
    'auto_explain.log_buffers': 'on',
    'auto_explain.log_timing': 'off',
    'auto_explain.log_nested_statements': 'on',
  }
  await client.query("load 'auto_explain'")
  for (const [setting, value] of Object.entries(settings)) {
    await client.query(`alter database ${name} set ${setting} = '${value}'`)
  }
  await client.end()
}

function recordedStatements(text: string): Statement[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => ({ sql: String(JSON.parse(line)) }))
    .filter(({ sql }) => /^\s*(select|insert|update|delete|with)\b/i.test(sql))
}

function loggedPlans(text: string): Statement[] {
  const entries = text.matchAll(
    /^LOG: {2}duration: [\d.]+ ms {2}plan:\n\tQuery Text: (.*(?:\n\t.*)*)/gm,
  )
  return [...entries].flatMap(([, entry = '']) => {
    const lines = entry.split('\n')
    const first = lines.findIndex((line) => /^\t\S.* {2}\(cost=/.test(line))
    if (first === -1) return []
    const sql = lines
      .slice(0, first)
      .map((line) => line.replace(/^\t/, ''))
      .join('\n')
    const plan = lines
      .slice(first)
      .map((line) => line.replace(/^\t/, ''))
      .join('\n')
    return [{ sql, plan: withoutValues(plan) }]
  })
}

/** Costs are estimates, and keys differ from run to run. */
function withoutValues(plan: string): string {
  return plan
    .replaceAll(/ {2}\(cost=\S+ rows=\d+ width=\d+\)/g, '')
    .replaceAll(/'[^']*'::/g, "'…'::")
}

function sqlitePlan(folder: string, sql: string): string {
  const database = openReadOnly(folder)
  try {
    const rows = database.prepare(`EXPLAIN QUERY PLAN ${sql}`).all()
    const depths = new Map<number, number>([[0, -1]])
    const lines = rows.map(({ id, parent, detail }) => {
      const depth = (depths.get(Number(parent)) ?? -1) + 1
      depths.set(Number(id), depth)
      return `${'  '.repeat(depth)}${detail}`
    })
    return lines.length === 0 ? '(no table is read)' : lines.join('\n')
  } finally {
    database.close()
  }
}

function shorten(sql: string): string {
  const text = sql
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/\((?:\$\d+|\?)(?:, (?:\$\d+|\?)){7,}\)/g, '(…)')
    .trim()
  return text.length <= maxSqlLength ? text : `${text.slice(0, maxSqlLength)} …`
}

function readIfThere(file: string): string {
  return existsSync(file) ? readFileSync(file, 'utf8') : ''
}
