import { Link, useLocation } from '@tanstack/react-router'
import mark from '../../parts/mark.svg'
import type { NavEntry, NavSection } from '../page.ts'
import { pageGroups } from '../pages.ts'
import { type Session, usePermits } from '../session.ts'

const sections: readonly (readonly [NavSection, string])[] = [
  ['start', ''],
  ['applications', 'Applications'],
  ['people', 'People'],
  ['activity', 'Activity'],
  ['organisation', 'Organisation'],
  ['test', 'Test mode'],
]

export function Sidebar({ session }: { readonly session: Session }) {
  const permits = usePermits()
  const shown = pageGroups
    .flatMap(({ nav = [] }) => nav)
    .filter(({ permit, testMode }) => permits(permit) && (testMode !== true || session.test_mode))
  const { name, logo_url: logo } = session.organisation
  return (
    <div className="side">
      <Link to="/" className="side-brand">
        <img src={logo ?? mark} alt="" width={32} height={32} />
        <span>
          <b className="cut">{name}</b>
          <small>{name === 'Countersign' ? 'Admin Panel' : 'Countersign'}</small>
        </span>
      </Link>
      <nav aria-label="Pages">
        {sections.map(([section, title]) => (
          <Section
            key={section}
            title={title}
            entries={shown.filter((entry) => entry.section === section)}
          />
        ))}
      </nav>
    </div>
  )
}

function Section({
  title,
  entries,
}: {
  readonly title: string
  readonly entries: readonly NavEntry[]
}) {
  const { pathname } = useLocation()
  if (entries.length === 0) return null
  return (
    <>
      {title !== '' && <h2 className="side-title">{title}</h2>}
      <ul className="side-list">
        {entries.map(({ to, label, icon: Icon }) => (
          <li key={to}>
            <Link to={to} className="side-link" data-current={isWithin(pathname, to) || undefined}>
              <Icon size={18} stroke={1.75} />
              {label}
            </Link>
          </li>
        ))}
      </ul>
    </>
  )
}

/** Whether a page belongs to an entry: the first part of their paths is the same. */
function isWithin(pathname: string, entry: string): boolean {
  return pathname.split('/')[1] === entry.split('/')[1]
}
