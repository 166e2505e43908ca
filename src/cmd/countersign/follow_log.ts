/** One line of a log, with its id. */
export interface LogEntry<Event> {
  readonly id: number
  readonly event: Event
}

/** Reads the entries with a higher id than `afterId`, newest first. */
export type ReadAfter<Event> = (afterId: number) => Promise<readonly LogEntry<Event>[]>

/** On PostgreSQL an entry can become visible after entries with higher ids. */
const lateEntries = 500
const pollMs = 500

/**
 * Yields new entries of a log, oldest first, until `stop` is aborted.
 *
 * @param readAfter Reads all entries, so that `shown` and what is skipped are known.
 * @param shown Ids that are already printed.
 */
export async function* followLog<Event>(
  readAfter: ReadAfter<Event>,
  { lastId, shown, stop }: { lastId: number; shown: ReadonlySet<number>; stop: AbortSignal },
): AsyncGenerator<readonly Event[]> {
  let last = lastId
  let known = new Set(shown)
  for (const { id } of await readAfter(last - lateEntries)) if (id <= lastId) known.add(id)
  while (!stop.aborted) {
    const entries = await readAfter(last - lateEntries)
    const fresh = entries.filter(({ id }) => !known.has(id)).toReversed()
    if (fresh.length > 0) yield fresh.map(({ event }) => event)
    last = Math.max(last, ...entries.map(({ id }) => id))
    known = new Set(
      [...known, ...entries.map(({ id }) => id)].filter((id) => id > last - lateEntries),
    )
    await pause(stop)
  }
}

function pause(stop: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, pollMs)
    stop.addEventListener('abort', done, { once: true })
    function done(): void {
      clearTimeout(timer)
      stop.removeEventListener('abort', done)
      resolve()
    }
  })
}
