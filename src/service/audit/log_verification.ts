import { sql } from 'kysely'
import { findLogKey } from '../store/log_key.ts'
import type { StoreDb } from '../store/store.ts'
import { readIds } from './id_ranges.ts'
import {
  type Chain,
  maxSealedLines,
  readChains,
  readSeals,
  type Seal,
  sealHash,
} from './log_chain.ts'
import { isAuthentic, type LogName } from './log_lines.ts'

/** What is wrong with a log. */
export interface LogProblem {
  /** The line; absent if whole seals are missing. */
  readonly id?: number
  /** When it was written, as far as it is known. */
  readonly timestamp?: number
  readonly what: string
}

export interface LogVerification {
  readonly log: LogName
  /** Lines that are exactly as they were written. */
  readonly verified: number
  /** Lines from before the logs were chained; they prove nothing. */
  readonly unchained: number
  /** New lines that the service will chain within seconds. */
  readonly waiting: number
  /** The end of each chain; a copy kept elsewhere shows later whether lines at the end were removed. */
  readonly heads: readonly { readonly node: string; readonly seq: number; readonly hash: string }[]
  /** In the order of the log; at most 100. */
  readonly problems: readonly LogProblem[]
}

interface StoredLine {
  readonly id: number
  readonly timestamp: number
  readonly mac: string
}

const maxProblems = 100
const sealsAtOnce = 50
const linesAtOnce = 5_000

/**
 * Verifies a log: every line is as the service wrote it, in the order in which it was chained, and none is
 * missing or added. Reads the whole log in steps.
 *
 * @param progress Called after each step with the lines that were read so far.
 */
export async function verifyLog(
  log: LogName,
  db: StoreDb,
  progress: (lines: number) => void = () => {},
): Promise<LogVerification> {
  return await new Verifier(log, db, progress).run()
}

class Verifier {
  readonly #log: LogName
  readonly #db: StoreDb
  readonly #progress: (lines: number) => void
  readonly #sealed = new IdSet()
  readonly #problems: LogProblem[] = []
  #verified = 0
  #read = 0

  constructor(log: LogName, db: StoreDb, progress: (lines: number) => void) {
    this.#log = log
    this.#db = db
    this.#progress = progress
  }

  async run(): Promise<LogVerification> {
    const key = findLogKey(this.#db)
    const lastId = await this.#lastId()
    const ends = new Map<string, Chain>()
    const verifyChains = async (): Promise<void> => {
      for (const { chain, isAuthentic: isIntact } of await readChains(this.#log, key, this.#db)) {
        if (!isIntact)
          this.#report({ what: `the ends of the chain of node ${chain.node} were changed` })
        ends.set(chain.node, await this.#verifyChain(chain, ends.get(chain.node)))
      }
    }
    await verifyChains()
    // what was chained meanwhile
    await verifyChains()
    const { unchained, waiting } = await this.#verifyMembership(lastId)
    return {
      log: this.#log,
      verified: this.#verified,
      unchained,
      waiting,
      heads: [...ends.values()].map(({ node, headSeq: seq, headHash: hash }) => ({
        node,
        seq,
        hash,
      })),
      problems: this.#problems.toSorted((one, other) => (one.id ?? 0) - (other.id ?? 0)),
    }
  }

  /** @param before How far the chain was verified already. */
  async #verifyChain(chain: Chain, before: Chain | undefined): Promise<Chain> {
    const key = findLogKey(this.#db)
    let seq = before?.headSeq ?? chain.baseSeq
    let hash = before?.headHash ?? chain.baseHash
    for (;;) {
      const seals = await readSeals(chain, seq, sealsAtOnce, this.#db)
      const lines = await this.#readLines(seals)
      for (const seal of seals) {
        if (seal.seq !== seq + 1) {
          this.#report({
            what: `seals ${seq + 1} to ${seal.seq - 1} of node ${chain.node} are missing`,
          })
          hash = seal.hash
          seq = seal.seq
          this.#markSealed(seal)
          continue
        }
        const found = this.#verifyLines(seal, lines)
        if (found !== undefined && sealHash(chain, hash, seal, found.lines, key) !== seal.hash) {
          // a line that is missing or forged explains it
          if (!found.hasProblem) {
            this.#report({
              ...found.first,
              what: `the chain is broken here (seal ${seal.seq} of node ${chain.node})`,
            })
          }
        }
        hash = seal.hash
        seq = seal.seq
      }
      if (seals.length < sealsAtOnce) break
    }
    const isBehind = seq < chain.headSeq
    if (isBehind)
      this.#report({
        what: `seals ${seq + 1} to ${chain.headSeq} of node ${chain.node} are missing`,
      })
    else if (seq === chain.headSeq && hash !== chain.headHash) {
      this.#report({ what: `the last seal of node ${chain.node} was changed` })
    }
    return { ...chain, headSeq: seq, headHash: hash }
  }

  #verifyLines(seal: Seal, lines: ReadonlyMap<number, StoredLine>) {
    const ids = readIds(seal.ids, maxSealedLines)
    if (ids === undefined || ids.length !== seal.lines) {
      this.#report({ what: `seal ${seal.seq} was changed` })
      return undefined
    }
    const key = findLogKey(this.#db)
    let hasProblem = false
    const found = ids.map((id) => {
      this.#sealed.add(id)
      const line = lines.get(id)
      const problem =
        line === undefined
          ? 'the line is missing'
          : isAuthentic(this.#log, line, key)
            ? undefined
            : 'the line was changed, or was not written by the service'
      if (problem === undefined) this.#verified++
      else {
        hasProblem = true
        this.#report({ id, ...(line && { timestamp: line.timestamp }), what: problem })
      }
      return { id, mac: line?.mac ?? '' }
    })
    const first = ids[0] === undefined ? undefined : lines.get(ids[0])
    return {
      lines: found,
      hasProblem,
      first: first === undefined ? {} : { id: first.id, timestamp: first.timestamp },
    }
  }

  #markSealed(seal: Seal): void {
    for (const id of readIds(seal.ids, maxSealedLines) ?? []) this.#sealed.add(id)
  }

  async #readLines(seals: readonly Seal[]): Promise<ReadonlyMap<number, StoredLine>> {
    const ids = seals.flatMap((seal) => readIds(seal.ids, maxSealedLines) ?? [])
    const lines = new Map<number, StoredLine>()
    for (let start = 0; start < ids.length; start += linesAtOnce) {
      const rows = await this.#db
        .selectFrom(this.#log)
        .selectAll()
        .where('id', 'in', ids.slice(start, start + linesAtOnce))
        .execute()
      for (const row of rows) lines.set(row.id, row)
    }
    this.#read += ids.length
    this.#progress(this.#read)
    return lines
  }

  /** Finds lines that no seal contains, and copies of lines. */
  async #verifyMembership(lastId: number): Promise<{ unchained: number; waiting: number }> {
    const unchainedTo = findLogKey(this.#db).unchained[this.#log] ?? 0
    const suspects: StoredLine[] = []
    let unchained = 0
    let before: StoredLine | undefined
    const sameMoment = new Set<string>()
    for (;;) {
      const lines = await this.#linesByTime(before)
      for (const line of lines) {
        if (before?.timestamp !== line.timestamp) sameMoment.clear()
        before = line
        if (line.id <= unchainedTo && line.mac === '') unchained++
        else if (sameMoment.has(line.mac)) {
          this.#report({
            id: line.id,
            timestamp: line.timestamp,
            what: 'the line is a copy of another',
          })
        } else if (!this.#sealed.has(line.id) && line.id <= lastId) suspects.push(line)
        sameMoment.add(line.mac)
      }
      if (lines.length < linesAtOnce) break
    }
    let waiting = 0
    for (const { id, timestamp } of suspects) {
      if (await this.#isQueued(id)) waiting++
      else this.#report({ id, timestamp, what: 'the line is in no chain: it was added' })
    }
    return { unchained, waiting }
  }

  async #linesByTime(after: StoredLine | undefined): Promise<readonly StoredLine[]> {
    const { timestamp, id } = after ?? { timestamp: -1, id: 0 }
    return await this.#db
      .selectFrom(this.#log)
      .select(['id', 'timestamp', 'mac'])
      .where(sql<boolean>`(timestamp, id) > (${timestamp}, ${id})`)
      .orderBy('timestamp')
      .orderBy('id')
      .limit(linesAtOnce)
      .execute()
  }

  async #isQueued(id: number): Promise<boolean> {
    const row = await this.#db
      .selectFrom('log_queue')
      .select('row_id')
      .where('log', '=', this.#log)
      .where('row_id', '=', id)
      .executeTakeFirst()
    return row !== undefined
  }

  async #lastId(): Promise<number> {
    const row = await this.#db
      .selectFrom(this.#log)
      .select((select) => select.fn.max('id').as('last'))
      .executeTakeFirst()
    return Number(row?.last ?? 0)
  }

  #report(problem: LogProblem): void {
    const isKnown = this.#problems.some(
      ({ id, what }) => id === problem.id && what === problem.what,
    )
    if (!isKnown && this.#problems.length < maxProblems) this.#problems.push(problem)
  }
}

/** A set of ids that takes one bit for each: a log has millions. */
class IdSet {
  readonly #pages = new Map<number, Uint8Array>()

  add(id: number): void {
    const page = Math.floor(id / idsPerPage)
    let bits = this.#pages.get(page)
    if (bits === undefined) {
      bits = new Uint8Array(idsPerPage / 8)
      this.#pages.set(page, bits)
    }
    const index = id % idsPerPage
    bits[index >> 3] = (bits[index >> 3] ?? 0) | (1 << (index & 7))
  }

  has(id: number): boolean {
    const index = id % idsPerPage
    const bits = this.#pages.get(Math.floor(id / idsPerPage))
    return ((bits?.[index >> 3] ?? 0) & (1 << (index & 7))) !== 0
  }
}

const idsPerPage = 65_536
