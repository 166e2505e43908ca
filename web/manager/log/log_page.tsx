import { Button, NativeSelect, Switch, TextInput } from '@mantine/core'
import { IconFileOff, IconSearch } from '@tabler/icons-react'
import { useEffect, useMemo, useRef, useState } from 'react'
import { Problem } from '../../parts/problem.tsx'
import { filterLines, type LogLevel } from './log_lines.ts'
import { useLog } from './use_log.ts'

const levelChoices: readonly { readonly value: LogLevel; readonly label: string }[] = [
  { value: 'debug', label: 'All levels' },
  { value: 'info', label: 'Info and above' },
  { value: 'warn', label: 'Warnings and errors' },
  { value: 'error', label: 'Errors only' },
]

/** `authproxy.log` as it grows. */
export function LogPage() {
  const { lines, from, missing, problem, isLoaded, loadEarlier } = useLog()
  const [level, setLevel] = useState<LogLevel>('debug')
  const [search, setSearch] = useState('')
  const [follows, setFollows] = useState(true)
  const shown = useMemo(() => filterLines(lines, { level, search }), [lines, level, search])
  const list = useRef<HTMLElement>(null)
  // biome-ignore lint/correctness/useExhaustiveDependencies: new lines scroll the list
  useEffect(() => {
    if (follows) list.current?.scrollTo({ top: list.current.scrollHeight })
  }, [shown, follows])
  return (
    <div className="page log-page">
      <div className="page-head">
        <h1>Log</h1>
      </div>
      <div className="log-tools">
        <TextInput
          aria-label="Search the log"
          placeholder="Search, such as a username or an address"
          leftSection={<IconSearch size={16} aria-hidden />}
          className="grow"
          value={search}
          onChange={(event) => setSearch(event.currentTarget.value)}
        />
        <NativeSelect
          aria-label="Level"
          size="sm"
          data={[...levelChoices]}
          value={level}
          onChange={({ currentTarget: { value } }) =>
            setLevel(levelChoices.find((choice) => choice.value === value)?.value ?? 'debug')
          }
        />
        <Switch
          label="Follow"
          checked={follows}
          onChange={(event) => setFollows(event.currentTarget.checked)}
        />
      </div>
      <Problem>{problem}</Problem>
      {!isLoaded && <p role="status">Loading the log…</p>}
      {missing !== undefined && lines.length === 0 ? (
        <div className="empty">
          <IconFileOff size={30} aria-hidden />
          <b>There is no log yet</b>
          <p>
            The proxy writes <code>{missing}</code> once it has started.
          </p>
        </div>
      ) : (
        isLoaded && (
          <section
            ref={list}
            className="log-list"
            aria-label="Lines of the log"
            // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and must be reachable by keyboard
            tabIndex={0}
            onWheel={({ deltaY }) => deltaY < 0 && setFollows(false)}
          >
            {from > 0 && (
              <Button size="compact-sm" variant="subtle" onClick={() => void loadEarlier()}>
                Earlier lines
              </Button>
            )}
            {shown.map(({ id, text, level: own }) => (
              <div key={id} className="log-line" data-level={own}>
                {text}
              </div>
            ))}
            {shown.length === 0 && <p className="dim">No line matches.</p>}
          </section>
        )
      )}
      <p className="dim log-count" role="status">
        {shown.length === lines.length
          ? `${lines.length} lines`
          : `${shown.length} of ${lines.length} lines`}
      </p>
    </div>
  )
}
