import type { ReactNode } from 'react'

/** A message for screen readers. */
export function Announcement({ children }: { readonly children: ReactNode }) {
  return (
    <div className="unseen" role="status" aria-live="polite">
      {children}
    </div>
  )
}
