import { useEffect, useRef, useState } from 'react'

/**
 * The order of a list on screen, which may not be saved yet.
 *
 * @param items In the order that is saved.
 * @param options.save Saves a new order. If it fails, the list shows the saved order again.
 * @returns `said` is for a live region; `moveTo` moves an item on screen, and `keep` saves the result.
 */
export function useOrder<Item>(
  items: readonly Item[],
  options: {
    readonly keyOf: (item: Item) => string
    readonly nameOf: (item: Item) => string
    readonly save: (keys: readonly string[]) => Promise<unknown>
  },
) {
  const { keyOf, nameOf, save } = options
  const saved = items.map(keyOf)
  const savedText = saved.join('\n')
  const [draft, setDraft] = useState<readonly string[]>()
  const [said, setSaid] = useState('')
  const keys = useRef<readonly string[]>(saved)
  const kept = useRef(savedText)
  const show = (text: string): void => {
    keys.current = text.split('\n')
    kept.current = text
    setDraft(undefined)
  }
  // biome-ignore lint/correctness/useExhaustiveDependencies: what the saved order is, and not which array
  useEffect(() => show(savedText), [savedText])
  const order =
    draft === undefined
      ? items
      : items.toSorted((one, other) => draft.indexOf(keyOf(one)) - draft.indexOf(keyOf(other)))
  const moveTo = (key: string, to: number): void => {
    const before = keys.current
    const place = Math.max(0, Math.min(before.length - 1, to))
    const from = before.indexOf(key)
    const item = items.find((each) => keyOf(each) === key)
    if (item === undefined || from < 0 || place === from) return
    keys.current = before.toSpliced(from, 1).toSpliced(place, 0, key)
    setDraft(keys.current)
    setSaid(`${nameOf(item)} is now number ${place + 1} of ${before.length}`)
  }
  const keep = (): void => {
    const text = keys.current.join('\n')
    if (text === kept.current) return
    kept.current = text
    save(keys.current).catch(() => show(savedText))
  }
  return { order, said, moveTo, keep }
}
