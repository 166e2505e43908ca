import { type Command, Option } from 'commander'
import { untilStopped } from '../../host/signals.ts'
import { AdministratorLog } from '../../service/audit/administrator_log.ts'
import { AuthenticationLog } from '../../service/audit/authentication_log.ts'
import { TelephonyLog } from '../../service/audit/telephony_log.ts'
import { type Page, type PageRequest, pages } from '../../service/store/keyset.ts'
import { type DataOptions, dataOptions, userNamed, withStore } from './context.ts'
import { readCount, readSince } from './duration.ts'
import { followLog, type LogEntry } from './follow_log.ts'
import { verifyLogs } from './log_verify.ts'
import { administratorView, authenticationView, telephonyView } from './log_views.ts'
import { columns, type ListView, pageSize, printPages } from './output.ts'

interface LogOptions extends DataOptions {
  readonly limit?: number
  /** Milliseconds since 1970. */
  readonly since?: number
  readonly follow: boolean
}

interface Range {
  readonly limit: number
  readonly mintime?: number
  readonly afterId?: number
}

const defaultLimit = 50
const maxEntries = 10_000

/** `countersign log …` */
export function addLogVerb(program: Command): void {
  const log = program.command('log').description('the logs of the service, newest first')
  logOptions(log.command('authentication', { isDefault: true }))
    .description('sign-ins, successful or not')
    .option('--user <username>', 'only entries of this user')
    .addOption(
      new Option('--result <result>', 'only entries with this result').choices([
        'success',
        'denied',
        'fraud',
      ]),
    )
    .option('--reason <reason>', 'only entries with this reason, such as look_alike_username')
    .action(authentication)
  logOptions(log.command('administrator'))
    .description('actions of administrators')
    .action(administrator)
  logOptions(log.command('telephony'))
    .description('messages and calls with their results')
    .option('--user <username>', 'only messages and calls to this user')
    .action(telephony)
  dataOptions(log.command('verify'))
    .description('proves that no line of the logs was changed, added or deleted')
    .action(verifyLogs)
}

function logOptions(command: Command): Command {
  return dataOptions(command)
    .option(
      '--since <time>',
      'only entries since this time: 2h, 3d, 2026-11-28, 2026-11-28T14:00Z',
      readSince,
    )
    .option(
      '--limit <count>',
      `number of entries (default: ${defaultLimit}; with --since ${maxEntries})`,
      readCount,
    )
    .option('--follow', 'print the oldest first, then each new entry until Ctrl-C', false)
}

async function authentication(
  options: LogOptions & { user?: string; result?: string; reason?: string },
): Promise<void> {
  await withStore(options, async ({ store }) => {
    const log = new AuthenticationLog()
    const filter = {
      ...(options.user === undefined ? {} : { username: options.user }),
      ...(options.result === undefined ? {} : { result: options.result }),
      ...(options.reason === undefined ? {} : { reason: options.reason }),
    }
    await print(
      {
        page: (request) => log.page({ ...filter, ...request }, store.db),
        newest: (range) => log.entries({ ...filter, ...range }, store.db),
      },
      authenticationView,
      options,
    )
  })
}

async function administrator(options: LogOptions): Promise<void> {
  await withStore(options, async ({ store }) => {
    const log = new AdministratorLog()
    await print(
      {
        page: (request) => log.page(request, store.db),
        newest: (range) => log.entries(range, store.db),
      },
      administratorView,
      options,
    )
  })
}

async function telephony(options: LogOptions & { user?: string }): Promise<void> {
  await withStore(options, async ({ store }) => {
    const user = options.user === undefined ? undefined : await userNamed(store, options.user)
    const log = new TelephonyLog(store)
    const filter = user === undefined ? {} : { userId: user.userId }
    await print(
      {
        page: (request) => log.page({ ...filter, ...request }, store.db),
        newest: (range) => log.entries({ ...filter, ...range }, store.db),
      },
      telephonyView,
      options,
    )
  })
}

/** How the lines of a log are read, newest first. */
interface LogReader<Event> {
  readonly page: (request: TimeRequest) => Promise<Page<Event>>
  /** With the ids that `afterId` takes. */
  readonly newest: (range: Range) => Promise<readonly LogEntry<Event>[]>
}

type TimeRequest = PageRequest<'timestamp'> & { readonly mintime?: number }

async function print<Event>(
  reader: LogReader<Event>,
  view: ListView<Event>,
  options: LogOptions,
): Promise<void> {
  const { since, follow, json: asJson } = options
  const limit = options.limit ?? (since === undefined ? defaultLimit : maxEntries)
  const range = since === undefined ? { limit } : { limit, mintime: since }
  if (follow) {
    await printAndFollow(reader.newest, view, range, asJson)
    return
  }
  let count = 0
  const listed = pages(async (after) => {
    const page = await reader.page({ ...range, after, limit: Math.min(pageSize, limit - count) })
    count += page.items.length
    return count < limit ? page : { ...page, next: null }
  })
  const empty = since === undefined ? view.empty : 'No entries since then.'
  await printPages(listed, { ...view, empty }, asJson)
  if (count === limit && since !== undefined) {
    process.stderr.write(`Only the newest ${limit} entries are shown; --limit shows more\n`)
  }
}

/** JSON has one entry per line, so that a reader can parse each as it comes. */
async function printAndFollow<Event>(
  read: LogReader<Event>['newest'],
  view: ListView<Event>,
  range: Range,
  asJson: boolean,
): Promise<void> {
  const stopping = new AbortController()
  void untilStopped().then(() => stopping.abort())
  // a reader that closes the pipe ends it
  process.stdout.on('error', () => stopping.abort())
  const [newest] = await read({ limit: 1 })
  const before = await read(range)
  const rows = before.toReversed().map(({ event }) => event)
  const line = columns(view.heads, rows.map(view.row))
  const write = (event: Event): boolean =>
    process.stdout.write(`${asJson ? JSON.stringify(view.json(event)) : line(view.row(event))}\n`)
  if (!asJson) process.stdout.write(`${line(view.heads)}\n`)
  for (const event of rows) write(event)
  const following = followLog((afterId) => read({ limit: maxEntries, afterId }), {
    lastId: newest?.id ?? 0,
    shown: new Set(before.map(({ id }) => id)),
    stop: stopping.signal,
  })
  for await (const events of following) for (const event of events) write(event)
}
