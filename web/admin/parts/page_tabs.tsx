import { Tabs } from '@mantine/core'
import { useNavigate } from '@tanstack/react-router'
import { useEffect, useRef } from 'react'

/** Switches between pages that belong together; each has a path of its own. */
export function PageTabs({
  pages,
  current,
}: {
  readonly pages: readonly { readonly to: string; readonly label: string }[]
  /** The path of the page that is shown. */
  readonly current: string
}) {
  const navigate = useNavigate()
  const list = useRef<HTMLDivElement>(null)
  useEffect(() => {
    // on a phone the tabs can be wider than the page
    list.current
      ?.querySelector(`[data-page="${CSS.escape(current)}"]`)
      ?.scrollIntoView({ inline: 'center', block: 'nearest' })
  }, [current])
  return (
    <Tabs
      value={current}
      onChange={(to) => {
        if (to !== null) navigate({ to }).catch(() => {})
      }}
      mb="md"
    >
      <Tabs.List ref={list} className="page-tabs">
        {pages.map(({ to, label }) => (
          <Tabs.Tab key={to} value={to} data-page={to}>
            {label}
          </Tabs.Tab>
        ))}
      </Tabs.List>
    </Tabs>
  )
}
