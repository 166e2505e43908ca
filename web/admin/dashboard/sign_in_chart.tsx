import '@mantine/charts/styles.css'
import { BarChart } from '@mantine/charts'
import { Text } from '@mantine/core'
import { IconChartBar } from '@tabler/icons-react'
import { Failed } from '../../parts/problem.tsx'
import { errorMessage } from '../api.ts'
import { EmptyState } from '../parts/empty_state.tsx'
import { TextLink } from '../parts/links.tsx'
import { LoadingSkeleton } from '../parts/loading_skeleton.tsx'
import { useView } from '../parts/view.ts'

interface SignInCounts {
  readonly span_ms: number
  readonly from: number
  readonly to: number
  readonly counts: readonly {
    readonly start: number
    readonly value: string
    readonly count: number
  }[]
}

const dayMs = 24 * 3_600_000
const colours = [
  'var(--primary)',
  'var(--success)',
  'var(--warning)',
  'var(--danger)',
  'var(--text-dim)',
]
const resultColours: Readonly<Record<string, string>> = {
  success: 'var(--success)',
  denied: 'var(--warning)',
  fraud: 'var(--danger)',
}
const hours = new Intl.DateTimeFormat(undefined, { weekday: 'short', hour: '2-digit' })
const days = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' })

/** Sign-ins over time as bars, and the same as a sentence for screen readers. */
export function SignInChart({
  range,
  by,
}: {
  readonly range: string
  readonly by: 'result' | 'factor'
}) {
  const { data, error, refetch } = useView<SignInCounts>(
    'dashboard/sign-ins',
    { range, by },
    { everyMs: 30_000 },
  )
  if (error !== null) {
    return (
      <Failed title="The sign-ins can’t be shown" message={errorMessage(error)} retry={refetch} />
    )
  }
  if (data === undefined) return <LoadingSkeleton h={280} />
  if (data.counts.length === 0) {
    return (
      <EmptyState icon={IconChartBar} title="No sign-in in this time">
        Sign-ins to your applications appear here.
      </EmptyState>
    )
  }
  const totals = new Map<string, number>()
  for (const { value, count } of data.counts) totals.set(value, (totals.get(value) ?? 0) + count)
  const names = [...totals].sort((one, other) => other[1] - one[1]).map(([name]) => name)
  return (
    <>
      <div aria-hidden>
        <BarChart
          h={280}
          data={toBars(data, names)}
          dataKey="time"
          type="stacked"
          withLegend
          yAxisProps={{ allowDecimals: false }}
          barChartProps={{ accessibilityLayer: false }}
          series={names.map((name, index) => ({
            name,
            label: toLabel(name),
            color: resultColours[name] ?? colours[index % colours.length] ?? 'var(--primary)',
          }))}
        />
      </div>
      <Text fz="sm" c="dimmed" mt="sm">
        {names.map((name, index) => (
          <span key={name}>
            {index > 0 && ', '}
            {name === '' ? (
              `${toLabel(name)}: ${totals.get(name)?.toLocaleString()}`
            ) : (
              <TextLink to={`/reports/authentication?${by}=${name}`}>
                {`${toLabel(name)}: ${totals.get(name)?.toLocaleString()}`}
              </TextLink>
            )}
          </span>
        ))}
      </Text>
    </>
  )
}

function toLabel(name: string): string {
  return name === '' ? 'no factor' : name.replaceAll('_', ' ')
}

function toBars({ span_ms: span, from, to, counts }: SignInCounts, names: readonly string[]) {
  const format = span >= dayMs ? days : hours
  const bars = []
  for (let start = from; start <= to; start += span) {
    const values = names.map((name) => {
      const found = counts.find((each) => each.start === start && each.value === name)
      return [name, found?.count ?? 0] as const
    })
    bars.push({ time: format.format(start), ...Object.fromEntries(values) })
  }
  return bars
}
