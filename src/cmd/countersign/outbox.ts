import { styleText } from 'node:util'
import type { Command } from 'commander'
import { systemClock } from '../../host/clock.ts'
import { type KeptCall, Outbox, type OutboxEntry } from '../../service/messaging/outbox/outbox.ts'
import { Transactions } from '../../service/sign_in/transaction/transactions.ts'
import { CommandError, type Context, type DataOptions, dataOptions, withStore } from './context.ts'
import { isoTime, json, moment, table } from './output.ts'

const banner = 'Test messages: with provider=outbox, nothing is actually sent.'
const lookEveryMs = 100
const takenMs = 5_000

/** `countersign outbox …` */
export function addOutboxVerb(program: Command): void {
  const outbox = program
    .command('outbox')
    .description(
      'test messages, calls and mail that appear here instead of being sent (provider=outbox)',
    )
  dataOptions(outbox.command('list', { isDefault: true }))
    .description('list messages, calls and mail, newest first')
    .action(list)
  dataOptions(outbox.command('show <id>'))
    .description('show one entry with its full text')
    .action(show)
  dataOptions(outbox.command('answer [call-id]'))
    .description('answer a call; without an ID, the latest one')
    .option('--key <key>', 'key to press: 0 to 9, * or #')
    .option('--hang-up', 'hang up without pressing a key', false)
    .action(answer)
}

async function list(options: DataOptions): Promise<void> {
  await withOutbox(options, async ({ outbox, describeEntryState }) => {
    const entries = await outbox.list()
    const states = new Map(
      await Promise.all(
        entries.map(async (entry) => [entry.id, await describeEntryState(entry)] as const),
      ),
    )
    if (options.json) {
      const shown = entries.map((entry) => entryJson(entry, states.get(entry.id)))
      process.stdout.write(json(shown))
      return
    }
    const rows = entries.map((entry) => [
      entry.id,
      moment(entry.at),
      entry.kind,
      entry.to,
      entry.kind === 'mail' ? entry.subject : entry.text,
      states.get(entry.id) ?? '',
    ])
    const heads = ['ID', 'TIME', 'KIND', 'TO', 'TEXT', 'STATE']
    process.stdout.write(`${styleText('yellow', banner)}\n`)
    process.stdout.write(table(heads, rows, 'The outbox is empty.'))
  })
}

async function show(id: string, options: DataOptions): Promise<void> {
  await withOutbox(options, async ({ outbox, describeEntryState }) => {
    const entry = await outbox.byId(id)
    if (entry === undefined) throw notThere(id)
    const state = await describeEntryState(entry)
    if (options.json) {
      process.stdout.write(json(entryJson(entry, state)))
      return
    }
    const lines = [
      `To:      ${entry.to}`,
      `Time:    ${moment(entry.at)}`,
      ...(entry.kind === 'mail' ? [`Subject: ${entry.subject}`] : []),
      ...(state === '' ? [] : [`State:   ${state}`]),
      '',
      entry.text,
    ]
    process.stdout.write(`${styleText('yellow', banner)}\n${lines.join('\n')}\n`)
  })
}

async function answer(
  callId: string | undefined,
  options: DataOptions & { readonly key?: string; readonly hangUp: boolean },
): Promise<void> {
  const key = parseKey(options)
  await withOutbox(options, async ({ outbox, describeEntryState, folder }) => {
    const call = await findCall(outbox, callId)
    if ((await describeEntryState(call)) !== 'waiting') {
      throw new CommandError(`call ${call.id} has ended: ${await describeEntryState(call)}`)
    }
    await outbox.answer(call.id, key)
    if (!(await isTaken(outbox, call.id))) {
      await outbox.answerTaken(call.id)
      throw new CommandError(
        `the service did not accept the answer; check that it runs with the data in ${folder} and provider=outbox in [phone]`,
      )
    }
    const state = await describeEntryState(call)
    const text = state === 'waiting' ? 'the call does not use that key and asks again' : state
    process.stdout.write(options.json ? json(entryJson(call, state)) : `${text}\n`)
  })
}

function parseKey({ key, hangUp }: { readonly key?: string; readonly hangUp: boolean }) {
  if ((key === undefined) === !hangUp) throw new CommandError('give either --key KEY or --hang-up')
  if (key === undefined) return null
  if (!/^[0-9*#]$/.test(key)) throw new CommandError('--key must be 0 to 9, * or #')
  return key
}

async function findCall(outbox: Outbox, callId: string | undefined): Promise<KeptCall> {
  const entry =
    callId === undefined
      ? (await outbox.list()).find(({ kind }) => kind === 'phone')
      : await outbox.byId(callId)
  if (entry?.kind === 'phone') return entry
  if (callId === undefined) throw new CommandError('there is no call in the outbox')
  throw entry === undefined ? notThere(callId) : new CommandError(`${callId} is not a call`)
}

async function isTaken(outbox: Outbox, id: string): Promise<boolean> {
  for (let waited = 0; waited < takenMs; waited += lookEveryMs) {
    if (!(await outbox.answers()).some((left) => left.id === id)) return true
    await new Promise((resolve) => setTimeout(resolve, lookEveryMs))
  }
  return false
}

async function withOutbox(
  options: DataOptions,
  work: (context: {
    readonly outbox: Outbox
    readonly describeEntryState: (entry: OutboxEntry) => Promise<string>
    readonly folder: string
  }) => Promise<void>,
): Promise<void> {
  await withStore(options, async ({ store, location: { folder } }: Context) => {
    const transactions = new Transactions(store, systemClock)
    const describeEntryState = async (entry: OutboxEntry): Promise<string> => {
      if (entry.kind !== 'phone') return ''
      const outcome = (await transactions.byTxid(entry.txid, store.db))?.outcome
      if (outcome === undefined) return 'over'
      return outcome.result === 'waiting'
        ? outcome.result
        : `${outcome.result}: ${outcome.status_msg}`
    }
    await work({ outbox: new Outbox(folder, systemClock), describeEntryState, folder })
  })
}

function entryJson({ at, ...entry }: OutboxEntry, state: string | undefined) {
  return { ...entry, at: isoTime(at), ...(entry.kind === 'phone' ? { state } : {}) }
}

function notThere(id: string): CommandError {
  return new CommandError(`there is no ${id} in the outbox; see countersign outbox`)
}
