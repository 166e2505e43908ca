import { Loader, Modal } from '@mantine/core'
import { IconArrowRight, IconSearch } from '@tabler/icons-react'
import { useNavigate } from '@tanstack/react-router'
import { type KeyboardEvent, useEffect, useId, useRef, useState } from 'react'
import type { SearchResult } from '../page.ts'
import type { Session } from '../session.ts'
import { usePaletteResults } from './palette_results.ts'

/** Ctrl K: finds pages, acts and objects. */
export function Palette({
  session,
  onClose,
}: {
  readonly session: Session
  readonly onClose: () => void
}) {
  const [text, setText] = useState('')
  const [marked, setMarked] = useState(0)
  const { groups, isSearching } = usePaletteResults(text, session)
  const results = groups.flatMap((group) => group.results)
  const navigate = useNavigate()
  const id = useId()
  const list = useRef<HTMLDivElement>(null)
  const current = Math.min(marked, results.length - 1)
  const go = (result: SearchResult | undefined) => {
    if (result === undefined) return
    onClose()
    navigate({ to: result.to }).catch(() => {})
  }
  const onKey = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (step !== undefined && results.length > 0) {
      event.preventDefault()
      setMarked((current + step + results.length) % results.length)
    }
    if (event.key === 'Enter') go(results[current])
  }
  useEffect(() => {
    list.current?.querySelector(`[data-index="${current}"]`)?.scrollIntoView({ block: 'nearest' })
  }, [current])
  return (
    <Modal.Root opened onClose={onClose} size={620} yOffset="12vh">
      <Modal.Overlay />
      <Modal.Content aria-label="Search" radius="lg" p={0}>
        <div>
          <div className="palette-field">
            <IconSearch size={20} aria-hidden />
            <input
              role="combobox"
              aria-label="Search pages, commands and objects"
              aria-expanded={results.length > 0}
              aria-controls={`${id}-list`}
              aria-activedescendant={results.length === 0 ? undefined : `${id}-${current}`}
              placeholder="Search users, applications, pages, commands…"
              autoComplete="off"
              spellCheck={false}
              maxLength={255}
              data-autofocus
              value={text}
              onChange={(event) => {
                setText(event.currentTarget.value)
                setMarked(0)
              }}
              onKeyDown={onKey}
            />
            {isSearching && <Loader size="xs" role="status" aria-label="Searching" />}
          </div>
          <div
            ref={list}
            id={`${id}-list`}
            role="listbox"
            aria-label="Results"
            className="palette-list"
          >
            {groups.map((group) => (
              // biome-ignore lint/a11y/useSemanticElements: a fieldset is no part of a list box
              <div key={group.heading} role="group" aria-labelledby={`${id}-${group.heading}`}>
                <div className="palette-heading" id={`${id}-${group.heading}`}>
                  {group.heading}
                </div>
                {group.results.map((result) => {
                  const index = results.indexOf(result)
                  return (
                    // biome-ignore lint/a11y/useKeyWithClickEvents: the field handles the keys
                    // biome-ignore lint/a11y/useFocusableInteractive: the field keeps the focus
                    <div
                      key={`${result.to} ${result.label}`}
                      id={`${id}-${index}`}
                      role="option"
                      data-index={index}
                      aria-selected={index === current}
                      className="palette-option"
                      onClick={() => go(result)}
                      onMouseMove={() => setMarked(index)}
                    >
                      <span className="cut">{result.label}</span>
                      {result.detail !== undefined && (
                        <small className="cut">{result.detail}</small>
                      )}
                      <IconArrowRight size={16} aria-hidden className="palette-arrow" />
                    </div>
                  )
                })}
              </div>
            ))}
          </div>
          {results.length === 0 && (
            <p className="palette-none" role="status">
              {isSearching ? 'Searching…' : `Nothing found for “${text}”.`}
            </p>
          )}
        </div>
      </Modal.Content>
    </Modal.Root>
  )
}
