import { useMemo } from 'react'
import type { Filter } from '../parts/filter_bar.tsx'
import { useUrlState } from '../parts/url_state.ts'

const hourMs = 3_600_000
const ranges: Readonly<Record<string, { readonly label: string; readonly backMs: number }>> = {
  hour: { label: 'Last hour', backMs: hourMs },
  day: { label: 'Last 24 hours', backMs: 24 * hourMs },
  week: { label: 'Last 7 days', backMs: 7 * 24 * hourMs },
  month: { label: 'Last 30 days', backMs: 30 * 24 * hourMs },
}

/** The filter for a time range, which ends now. */
export const timeFilter: Filter = {
  name: 'time',
  label: 'Time',
  options: Object.entries(ranges).map(([value, { label }]) => ({ value, label })),
}

/** The parameter `from` of the range that the URL names. */
export function useTimeRange(): { readonly from?: number } {
  const { time } = useUrlState().values
  return useMemo(() => {
    const range = time === undefined ? undefined : ranges[time]
    return range === undefined ? {} : { from: Date.now() - range.backMs }
  }, [time])
}
