import { Text, Title } from '@mantine/core'
import { type ReactNode, useEffect } from 'react'
import { useFocusFallback } from '../../parts/focus_fallback.ts'
import mark from '../../parts/mark.svg'
import type { Session } from '../session.ts'

/** The card that every step of the sign-in is in. */
export function SignInFrame({
  title,
  description,
  organisation,
  children,
}: {
  readonly title: string
  readonly description?: ReactNode
  readonly organisation: Session['organisation'] | undefined
  readonly children: ReactNode
}) {
  const heading = useFocusFallback<HTMLHeadingElement>()
  useEffect(() => {
    document.title = `${title} · Countersign`
  }, [title])
  return (
    <main className="sign-in">
      <div className="sign-in-brand">
        <img src={organisation?.logo_url ?? mark} alt="" width={36} height={36} />
        <div>
          <b className="cut">{organisation?.name ?? 'Countersign'}</b>
          <small>Admin Panel</small>
        </div>
      </div>
      <div className="sign-in-card">
        <Title ref={heading} order={1} tabIndex={-1} className="sign-in-title">
          {title}
        </Title>
        {description !== undefined && (
          <Text c="dimmed" fz="sm" mt={4}>
            {description}
          </Text>
        )}
        <div className="sign-in-body">{children}</div>
      </div>
    </main>
  )
}
