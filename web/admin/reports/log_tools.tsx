import { Switch } from '@mantine/core'
import { ExportMenu } from '../parts/export_menu.tsx'
import { useUrlState } from '../parts/url_state.ts'

/** Loads new lines again while it is on and the first page is shown. */
export function useLive(): number | undefined {
  const { values } = useUrlState()
  return values.live === 'on' && values.after === undefined ? liveMs : undefined
}

const liveMs = 2000

/** The switch for new lines, and the export of exactly what is filtered. */
export function LogTools({
  log,
  filters,
}: {
  readonly log: 'authentication' | 'administrator' | 'telephony'
  readonly filters: Readonly<Record<string, string>>
}) {
  const { values, change } = useUrlState()
  return (
    <>
      <Switch
        label="Live"
        checked={values.live === 'on'}
        onChange={(event) =>
          change({ live: event.currentTarget.checked ? 'on' : undefined, after: undefined })
        }
      />
      <ExportMenu path={`logs/${log}/export`} filters={filters} />
    </>
  )
}
