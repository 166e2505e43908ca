import { IconLock } from '@tabler/icons-react'
import { Outlet, useMatches } from '@tanstack/react-router'
import { EmptyState } from '../parts/empty_state.tsx'
import { PageHeader } from '../parts/page_header.tsx'
import { useAdmin, usePermits } from '../session.ts'

/** The page of the address, if the role permits it. The service checks every request again. */
export function PermittedPage() {
  const permits = usePermits()
  const missing = useMatches()
    .map(({ staticData }) => staticData.permit)
    .find((permit) => !permits(permit))
  return missing === undefined ? <Outlet /> : <NotPermitted permit={missing} />
}

function NotPermitted({ permit }: { readonly permit: string }) {
  const { role } = useAdmin()
  return (
    <>
      <PageHeader title="Not permitted" />
      <EmptyState icon={IconLock} title={`The role ${role} can’t open this page`}>
        It needs the permit <code>{permit}</code>. An owner can change your role.
      </EmptyState>
    </>
  )
}
