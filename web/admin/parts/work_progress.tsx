import { Progress, Text } from '@mantine/core'

/** How far long work has come. Without a `total`, the bar only moves. */
export function WorkProgress({
  label,
  done,
  total,
}: {
  readonly label: string
  readonly done: number
  readonly total: number | undefined
}) {
  const percent = total === undefined || total === 0 ? 100 : Math.round((done / total) * 100)
  return (
    <div className="work-progress">
      <Text fz="sm" role="status">
        {label}:{' '}
        {total === undefined
          ? done.toLocaleString()
          : `${done.toLocaleString()} of ${total.toLocaleString()}`}
      </Text>
      <Progress value={percent} animated={total === undefined || done < total} aria-label={label} />
    </div>
  )
}
