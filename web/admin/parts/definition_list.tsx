import type { ReactNode } from 'react'

/** Terms and their values. A value of `null`, `undefined` or an empty text shows a dash. */
export function DefinitionList({
  items,
}: {
  readonly items: readonly (readonly [term: string, value: ReactNode])[]
}) {
  return (
    <dl className="definitions">
      {items.map(([term, value]) => (
        <div key={term}>
          <dt>{term}</dt>
          <dd className="break">
            {value === null || value === undefined || value === '' ? (
              <span className="dim">–</span>
            ) : (
              value
            )}
          </dd>
        </div>
      ))}
    </dl>
  )
}
