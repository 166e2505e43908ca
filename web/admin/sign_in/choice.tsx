import { Text, UnstyledButton } from '@mantine/core'
import { IconChevronRight } from '@tabler/icons-react'
import type { ReactNode } from 'react'

/** A large button of a list of choices, with an icon and a line of detail. */
export function Choice({
  icon,
  title,
  detail,
  busy,
  onChoose,
}: {
  readonly icon: ReactNode
  readonly title: string
  readonly detail: string
  /** Shown in place of the detail while the choice is under way; it can't be chosen then. */
  readonly busy?: string | undefined
  readonly onChoose: () => void
}) {
  return (
    <UnstyledButton className="choice" disabled={busy !== undefined} onClick={onChoose}>
      {icon}
      <span className="break">
        <b>{title}</b>
        <Text span fz="sm" c="dimmed">
          {busy ?? detail}
        </Text>
      </span>
      <IconChevronRight size={18} aria-hidden />
    </UnstyledButton>
  )
}
