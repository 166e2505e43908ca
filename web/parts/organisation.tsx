import { createContext, useContext } from 'react'
import mark from './mark.svg'

/** The organisation that a page belongs to. */
export interface OrganisationView {
  readonly name: string
  /** Path of its logo; `null` without one. */
  readonly logo: string | null
  /** Where users get help; empty if the organisation does not say. */
  readonly help: string
}

const Current = createContext<OrganisationView | undefined>(undefined)

export const OrganisationProvider = Current.Provider

/** @returns `undefined` while it is not known, and on pages without an organisation. */
export function useOrganisation(): OrganisationView | undefined {
  return useContext(Current)
}

/** The organisation's logo, or ours if it has none. */
export function OrganisationMark({ size }: { readonly size: number }) {
  const logo = useOrganisation()?.logo ?? mark
  return <img src={logo} alt="" height={size} className="organisation-mark" />
}
