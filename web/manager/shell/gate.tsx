import { Paper, Text, Title } from '@mantine/core'
import type { ReactNode } from 'react'
import mark from '../../parts/mark.svg'

/** A page in place of the Manager: what is wrong, and what to do. */
export function Gate({
  title,
  children,
  actions,
}: {
  readonly title: string
  readonly children: ReactNode
  readonly actions?: ReactNode
}) {
  return (
    <main className="gate">
      <Paper className="gate-card">
        <div className="brand">
          <img src={mark} alt="" width={32} height={32} />
          <span>
            <b>Countersign</b>
            <small>Proxy Manager</small>
          </span>
        </div>
        <div role="alert" className="gate-text">
          <Title order={1} fz={22}>
            {title}
          </Title>
          <Text c="dimmed">{children}</Text>
        </div>
        {actions}
      </Paper>
    </main>
  )
}
