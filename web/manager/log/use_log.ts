import { useCallback, useEffect, useRef, useState } from 'react'
import type { EarlierLines, LogEvent } from '../../../src/manager/editor/page_api.ts'
import { errorMessage, get, stream } from '../api.ts'
import { type LogLine, LogLines } from './log_lines.ts'

interface LogView {
  readonly lines: readonly LogLine[]
  /** Where the first shown line is; 0 at the beginning of the file. */
  readonly from: number
  readonly file: string
  /** Path of a log that does not exist yet. */
  readonly missing: string | undefined
  readonly problem: string | undefined
  readonly isLoaded: boolean
}

const nothing: LogView = {
  lines: [],
  from: 0,
  file: '',
  missing: undefined,
  problem: undefined,
  isLoaded: false,
}

/** Follows the log while the page is open. */
export function useLog(): LogView & { readonly loadEarlier: () => Promise<void> } {
  const [view, setView] = useState(nothing)
  const numbered = useRef(new LogLines())
  useEffect(() => {
    const stop = new AbortController()
    const append = (texts: readonly string[]) =>
      setView((shown) => ({ ...shown, lines: numbered.current.append(shown.lines, texts) }))
    const take = (event: LogEvent): void => {
      switch (event.kind) {
        case 'missing':
          return setView((shown) => ({ ...shown, missing: event.path, isLoaded: true }))
        case 'rotated':
          append(['— the log was rotated —'])
          return setView((shown) => ({ ...shown, file: '' }))
        case 'skipped':
          return append([`— ${event.octets} bytes were skipped —`])
        case 'lines':
          append(event.lines)
          setView((shown) => {
            const place = shown.file === event.file ? {} : { file: event.file, from: event.from }
            return { ...shown, ...place, missing: undefined, isLoaded: true }
          })
      }
    }
    const follow = async (): Promise<void> => {
      try {
        for await (const event of stream<LogEvent>('log', { signal: stop.signal })) take(event)
      } catch (error) {
        if (stop.signal.aborted) return
        setView((shown) => ({ ...shown, problem: errorMessage(error), isLoaded: true }))
      }
    }
    setView(nothing)
    follow().catch(() => {})
    return () => stop.abort()
  }, [])
  const { from, file } = view
  const loadEarlier = useCallback(async () => {
    try {
      const query = new URLSearchParams({ before: String(from), file })
      const earlier = await get<EarlierLines>(`log/earlier?${query}`)
      setView((shown) => ({
        ...shown,
        lines: numbered.current.prepend(shown.lines, earlier.lines),
        from: earlier.from,
      }))
    } catch (error) {
      setView((shown) => ({ ...shown, problem: errorMessage(error) }))
    }
  }, [from, file])
  return { ...view, loadEarlier }
}
