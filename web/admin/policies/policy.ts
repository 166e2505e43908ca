import { useParams } from '@tanstack/react-router'
import { useView } from '../parts/view.ts'

/** Sections as the vendor writes them. */
export type Sections = Readonly<Record<string, unknown>>

/** Where a policy applies, apart from everywhere. */
export interface Place {
  readonly kind: 'application' | 'group'
  readonly ikey: string
  readonly application: string
  readonly group_id: string | null
  readonly group: string | null
  /** In the stack of the application, from 1. */
  readonly position: number | null
}

export interface Policy {
  /** `PO…`; `global` for the global policy before its first change. */
  readonly policy_key: string
  readonly name: string
  readonly is_global: boolean
  readonly created: number | null
  readonly section_titles: readonly string[]
  readonly applies_to: readonly Place[]
}

export interface PolicyDetails extends Policy {
  readonly sections: Sections
  readonly descriptions: readonly SectionDescription[]
  /** `new_user.behaviour`: what is kept and has no effect. */
  readonly keys_not_enforced: readonly string[]
}

export interface SectionDescription {
  readonly section: string
  readonly title: string
  readonly description: string
  readonly enforced: boolean
}

/** A place in a request. */
export type PlaceBody =
  | { readonly kind: 'global' }
  | { readonly kind: 'application'; readonly ikey: string }
  | {
      readonly kind: 'group'
      readonly ikey: string
      readonly group_id: string
      readonly position?: number
    }

/** A change whose impact is shown before it is made. */
export type Proposal =
  | { readonly change: 'sections'; readonly policy: string; readonly sections: Sections }
  | { readonly change: 'attach' | 'detach'; readonly policy: string; readonly place: PlaceBody }
  | { readonly change: 'delete'; readonly policy: string }

/** The policy whose page is open; `undefined` until it is loaded. */
export function useShownPolicy(): PolicyDetails | undefined {
  const { id = '' } = useParams({ strict: false })
  return useView<PolicyDetails>(`policies/${id}`).data
}

/** What has to be sent so that a policy has these sections. */
export function toChange({ sections: seen }: PolicyDetails, wanted: Sections) {
  const changed = Object.entries(wanted).filter(
    ([name, value]) => JSON.stringify(value) !== JSON.stringify(seen[name]),
  )
  return {
    sections: Object.fromEntries(changed),
    sections_to_delete: Object.keys(seen).filter((name) => !Object.hasOwn(wanted, name)),
    seen,
  }
}

export function placeWords({ application, group }: Pick<Place, 'application' | 'group'>): string {
  return group === null ? application : `${application}, group ${group}`
}
