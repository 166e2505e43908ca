import type { ReactNode } from 'react'

/** Told to those who do not see the screen. */
export function Announcement({ children }: { readonly children: ReactNode }) {
  return (
    <div className="unseen" role="status" aria-live="polite">
      {children}
    </div>
  )
}
