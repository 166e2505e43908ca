import { useParams } from '@tanstack/react-router'
import { useView } from '../parts/view.ts'

export type GroupStatus = 'active' | 'bypass' | 'disabled'

/** A group as the list shows it. */
export interface Group {
  readonly group_id: string
  readonly name: string
  readonly status: GroupStatus
  readonly description: string
  readonly members: number
}

/** A group with what depends on it. */
export interface GroupDetails extends Group {
  readonly policies: readonly {
    readonly policy_key: string
    readonly policy_name: string
    readonly ikey: string
    readonly application: string
  }[]
  /** The applications that only permitted groups may use, `groups` of them. */
  readonly permitted_in: readonly {
    readonly ikey: string
    readonly application: string
    readonly groups: number
  }[]
}

export const groupStatusWords: Readonly<Record<GroupStatus, string>> = {
  active: 'Active',
  bypass: 'Bypass',
  disabled: 'Disabled',
}

/** The group whose page is open; its data is absent until it is loaded. */
export function useShownGroup() {
  const { id = '' } = useParams({ strict: false })
  return useView<GroupDetails>(`groups/${id}`)
}

/** `1 member`, `12 members` */
export function membersText(count: number): string {
  return `${count.toLocaleString()} ${count === 1 ? 'member' : 'members'}`
}

/** What a status means for the members, as a sentence. */
export function statusEffect(status: GroupStatus, members: number): string {
  const who = members === 0 ? 'Future members' : membersText(members)
  const [sign, are] = members === 1 ? ['signs', 'is'] : ['sign', 'are']
  switch (status) {
    case 'active':
      return `${who} ${sign} in as their own status says.`
    case 'bypass':
      return `${who} ${sign} in with the password alone, to every application. Policies do not apply, and anyone who knows a member’s password gets in.`
    case 'disabled':
      return `${who} ${are} refused at every application, whatever their own status.`
  }
}
