import mark from '../../parts/mark.svg'

/** @param logo The organisation's, if it has one. */
export function Mark({ logo = null }: { readonly logo?: string | null }) {
  return <img className="mark" src={logo ?? mark} alt="" width="64" height="64" />
}
