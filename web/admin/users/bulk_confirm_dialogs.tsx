import { Confirm } from '../parts/confirm.tsx'
import { type BulkAct, counted, type SelectionCounts, useBulk } from './bulk.ts'
import { BulkDialog } from './bulk_dialog.tsx'

interface Question {
  readonly title: string
  readonly action: string
  readonly danger: boolean
  readonly question: (counts: SelectionCounts) => string
  /** Lines with a count of 0 are left out. */
  readonly consequences: (counts: SelectionCounts) => readonly (readonly [number, string])[]
  /** Whether the number of users must be typed. */
  readonly typed?: boolean
}

const questions = {
  invite: {
    title: 'Invite users',
    action: 'Invite',
    danger: false,
    question: ({ users, enrolled, unreachable }) =>
      `${counted(users - enrolled - unreachable, 'user')} will get a mail with a link to set up a device. It replaces a link that is still open.`,
    consequences: ({ enrolled, unreachable }) => [
      [
        enrolled,
        `${counted(enrolled, 'user has', 'users have')} a device already, and will get no mail.`,
      ],
      [
        unreachable,
        `${counted(unreachable, 'user has', 'users have')} no e-mail address, and can’t be invited by mail.`,
      ],
    ],
  },
  lock: {
    title: 'Lock users',
    action: 'Lock',
    danger: true,
    question: ({ users }) =>
      `${counted(users, 'user')} can’t sign in until an administrator unlocks them.`,
    consequences: ({ recent }) => [
      [recent, `${recent.toLocaleString()} of them signed in during the last 30 days.`],
      [1, 'Sign-ins that wait for an answer are denied. Devices are kept.'],
    ],
  },
  unlock: {
    title: 'Unlock users',
    action: 'Unlock',
    danger: false,
    question: ({ users }) => `The locks of ${counted(users, 'user')} end.`,
    consequences: () => [],
  },
  trash: {
    title: 'Remove users',
    action: 'Remove',
    danger: true,
    typed: true,
    question: ({ users, trash_days }) =>
      `${counted(users, 'user')} can’t sign in from now on. For ${trash_days} days you can restore them with everything; then they are deleted for good.`,
    consequences: ({ devices, recent }) => [
      [devices, `${counted(devices, 'device')} will be deleted; hardware tokens become free.`],
      [recent, `${recent.toLocaleString()} of them signed in during the last 30 days.`],
      [1, 'Log entries are kept.'],
    ],
  },
  restore: {
    title: 'Restore users',
    action: 'Restore',
    danger: false,
    question: ({ users }) =>
      `${counted(users, 'user')} leave the trash with devices, groups and the status from before.`,
    consequences: () => [],
  },
} satisfies Partial<Record<BulkAct, Question>>

function ConfirmDialog({ act }: { readonly act: keyof typeof questions }) {
  const { title, question, consequences, action, danger, typed }: Question = questions[act]
  const bulk = useBulk()
  return (
    <BulkDialog title={title} bulk={bulk}>
      {(counts) => (
        <Confirm
          question={question(counts)}
          consequences={consequences(counts).flatMap(([count, text]) => (count > 0 ? [text] : []))}
          {...(typed === true ? { typedName: String(counts.users) } : {})}
          action={action}
          danger={danger}
          act={bulk.start}
          input={{ act }}
          onCancel={bulk.close}
        />
      )}
    </BulkDialog>
  )
}

export function BulkInviteDialog() {
  return <ConfirmDialog act="invite" />
}

export function BulkLockDialog() {
  return <ConfirmDialog act="lock" />
}

export function BulkUnlockDialog() {
  return <ConfirmDialog act="unlock" />
}

export function BulkRemoveDialog() {
  return <ConfirmDialog act="trash" />
}

export function BulkRestoreDialog() {
  return <ConfirmDialog act="restore" />
}
