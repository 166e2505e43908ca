import { IconArchive, IconFileCode, IconHeartbeat, IconList } from '@tabler/icons-react'
import { useEffect, useState } from 'react'

export type PageId = 'configuration' | 'status' | 'log' | 'backups'

export const pages = [
  { id: 'configuration', label: 'Configuration', icon: IconFileCode },
  { id: 'status', label: 'Status', icon: IconHeartbeat },
  { id: 'log', label: 'Log', icon: IconList },
  { id: 'backups', label: 'Backups', icon: IconArchive },
] as const

/** The page that the fragment of the address names. */
export function usePage(): PageId {
  const [page, setPage] = useState(readPage)
  useEffect(() => {
    const onChange = () => setPage(readPage())
    window.addEventListener('hashchange', onChange)
    return () => window.removeEventListener('hashchange', onChange)
  }, [])
  useEffect(() => {
    const { label } = pages.find(({ id }) => id === page) ?? pages[0]
    document.title = `${label} · Proxy Manager`
  }, [page])
  return page
}

export function openPage(page: PageId): void {
  location.hash = page
}

function readPage(): PageId {
  return pages.find(({ id }) => `#${id}` === location.hash)?.id ?? 'configuration'
}
