import { CloseButton, TextInput } from '@mantine/core'
import { IconSearch } from '@tabler/icons-react'
import { useEffect, useRef, useState } from 'react'
import { useUrlState } from './url_state.ts'

const typingPauseMs = 250

/** The search of a list, bound to `q` in the URL. */
export function SearchField({ label }: { readonly label: string }) {
  const { values, change } = useUrlState()
  const { q = '' } = values
  const [text, setText] = useState(q)
  const sent = useRef(q)
  useEffect(() => {
    // the URL changed by itself: Back, or the filters were cleared
    if (q !== sent.current) setText(q)
    sent.current = q
  }, [q])
  useEffect(() => {
    if (text === sent.current) return
    const timer = setTimeout(() => {
      sent.current = text
      change({ q: text, after: undefined, page: undefined }, { replace: true })
    }, typingPauseMs)
    return () => clearTimeout(timer)
  }, [text, change])
  return (
    <TextInput
      type="search"
      className="search-field"
      aria-label={label}
      placeholder={label}
      leftSection={<IconSearch size={16} aria-hidden />}
      rightSection={
        text !== '' && (
          <CloseButton size="sm" aria-label="Clear search" onClick={() => setText('')} />
        )
      }
      value={text}
      onChange={(event) => setText(event.currentTarget.value)}
      maxLength={255}
      spellCheck={false}
    />
  )
}
