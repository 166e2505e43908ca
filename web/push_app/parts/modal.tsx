import { type ReactNode, useEffect, useRef } from 'react'

interface ModalParts {
  readonly title: string
  readonly closed: () => void
  readonly children: ReactNode
}

/** Uses the browser's dialog, which traps and restores the focus and closes on Escape. */
export function Modal({ title, closed, children }: ModalParts) {
  const dialog = useRef<HTMLDialogElement>(null)
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    const shown = dialog.current
    shown?.showModal()
    // otherwise the first button has the focus, and an early key press would confirm
    heading.current?.focus()
    return () => shown?.close()
  }, [])
  return (
    <dialog ref={dialog} className="modal" aria-labelledby="modal-title" onCancel={closed}>
      <h2 ref={heading} id="modal-title" tabIndex={-1}>
        {title}
      </h2>
      {children}
    </dialog>
  )
}
