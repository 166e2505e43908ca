import type { LogKey } from '../store/log_key.ts'
import type { StoreDb } from '../store/store.ts'
import type { LogName } from './log_lines.ts'

/** Lines of one seal at most; retention deletes whole seals. */
export const maxSealedLines = 500

/** The chain of one node in one log. */
export interface Chain {
  readonly log: LogName
  readonly node: string
  /** The last seal that retention deleted, and its hash; 0 at first. */
  readonly baseSeq: number
  readonly baseHash: string
  /** The last seal. */
  readonly headSeq: number
  readonly headHash: string
}

/** Lines that were chained together. */
export interface Seal {
  readonly seq: number
  readonly ids: string
  readonly lines: number
  readonly newest: number
  readonly hash: string
}

/** A chain as it was read. */
export interface FoundChain {
  readonly chain: Chain
  /** Whether base and head are as a node wrote them. */
  readonly isAuthentic: boolean
}

/** A line of a seal: its id and its code; an empty code if the line was missing. */
export interface SealedLine {
  readonly id: number
  readonly mac: string
}

/** The hash that every chain begins with. */
function firstHash(log: LogName, node: string, key: LogKey): string {
  return key.hash(JSON.stringify(['log chain', log, node]))
}

/**
 * Continues a chain: the hash after each line covers the hash before it, the line's id and its code. The
 * last one also covers what else the seal says.
 */
export function sealHash(
  { log, node }: Pick<Chain, 'log' | 'node'>,
  before: string,
  { seq, ids, newest }: Omit<Seal, 'hash' | 'lines'>,
  lines: readonly SealedLine[],
  key: LogKey,
): string {
  let hash = before
  for (const { id, mac } of lines) hash = key.hash(JSON.stringify([hash, id, mac]))
  return key.hash(JSON.stringify(['log seal', log, node, seq, ids, newest, hash]))
}

/** Locks the chain until the transaction ends; creates it if there is none. */
export async function holdChain(
  log: LogName,
  node: string,
  key: LogKey,
  db: StoreDb,
): Promise<Chain> {
  const hash = firstHash(log, node, key)
  const first = { log, node, baseSeq: 0, baseHash: hash, headSeq: 0, headHash: hash }
  const row = await db
    .insertInto('log_chains')
    .values(chainRow(first, key))
    .onConflict((conflict) => conflict.columns(['log', 'node']).doUpdateSet({ log }))
    .returningAll()
    .executeTakeFirstOrThrow()
  return toChain({ ...row, log }, key).chain
}

export async function writeChain(chain: Chain, key: LogKey, db: StoreDb): Promise<void> {
  const { log, node, ...columns } = chainRow(chain, key)
  await db
    .updateTable('log_chains')
    .set(columns)
    .where('log', '=', log)
    .where('node', '=', node)
    .execute()
}

/** The chains of a log, one for each node that has written to it. */
export async function readChains(log: LogName, key: LogKey, db: StoreDb): Promise<FoundChain[]> {
  const rows = await db
    .selectFrom('log_chains')
    .selectAll()
    .where('log', '=', log)
    .orderBy('node')
    .execute()
  return rows.map((row) => toChain({ ...row, log }, key))
}

/** The next seals of a chain. */
export async function readSeals(
  { log, node }: Pick<Chain, 'log' | 'node'>,
  afterSeq: number,
  limit: number,
  db: StoreDb,
): Promise<Seal[]> {
  return await db
    .selectFrom('log_seals')
    .select(['seq', 'ids', 'lines', 'newest', 'hash'])
    .where('log', '=', log)
    .where('node', '=', node)
    .where('seq', '>', afterSeq)
    .orderBy('seq')
    .limit(limit)
    .execute()
}

interface ChainRow {
  readonly log: string
  readonly node: string
  readonly base_seq: number
  readonly base_hash: string
  readonly head_seq: number
  readonly head_hash: string
  readonly mac: string
}

function chainRow(chain: Chain, key: LogKey): ChainRow {
  return {
    log: chain.log,
    node: chain.node,
    base_seq: chain.baseSeq,
    base_hash: chain.baseHash,
    head_seq: chain.headSeq,
    head_hash: chain.headHash,
    mac: key.hash(content(chain)),
  }
}

function toChain(row: Omit<ChainRow, 'log'> & { readonly log: LogName }, key: LogKey): FoundChain {
  const chain = {
    log: row.log,
    node: row.node,
    baseSeq: row.base_seq,
    baseHash: row.base_hash,
    headSeq: row.head_seq,
    headHash: row.head_hash,
  }
  return { chain, isAuthentic: row.mac === key.hash(content(chain)) }
}

function content({ log, node, baseSeq, baseHash, headSeq, headHash }: Chain): string {
  return JSON.stringify(['log chain ends', log, node, baseSeq, baseHash, headSeq, headHash])
}
