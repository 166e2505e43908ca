import { Skeleton, Stack } from '@mantine/core'
import { IconMapSearch } from '@tabler/icons-react'
import type { ErrorComponentProps } from '@tanstack/react-router'
import { Failed } from '../../parts/problem.tsx'
import { EmptyState } from '../parts/empty_state.tsx'
import { LinkButton } from '../parts/links.tsx'
import { PageHeader } from '../parts/page_header.tsx'

/** While the code of a page loads. */
export function PagePending() {
  return (
    <Stack gap="lg" role="status" aria-busy="true" aria-label="Loading">
      <Skeleton h={30} w={220} />
      <Skeleton h={16} w="45%" />
      <Skeleton h={320} radius="lg" />
    </Stack>
  )
}

/** A page whose code failed to load or to render. */
export function PageError({ error, reset }: ErrorComponentProps) {
  const outdated = error instanceof TypeError && /import/i.test(error.message)
  return (
    <Failed
      title={outdated ? 'This page has changed' : 'Something went wrong'}
      message={
        outdated
          ? 'Countersign was updated. Load the page again.'
          : 'This page can’t be displayed. Changes that you saved are kept.'
      }
      retry={outdated ? () => location.reload() : reset}
    />
  )
}

export function PageMissing() {
  return (
    <>
      <PageHeader title="Page not found" />
      <EmptyState
        icon={IconMapSearch}
        title="There is no page at this address"
        action={<LinkButton to="/">Go to the dashboard</LinkButton>}
      >
        The link may be old, or the object was deleted. Press Ctrl K to search.
      </EmptyState>
    </>
  )
}
