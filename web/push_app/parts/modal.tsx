import { type ReactNode, useEffect, useRef } from 'react'

interface ModalParts {
  readonly title: string
  readonly closed: () => void
  readonly children: ReactNode
}

/** The browser's own dialog: it keeps the focus in, gives it back, and closes by Escape. */
export function Modal({ title, closed, children }: ModalParts) {
  const dialog = useRef<HTMLDialogElement>(null)
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    const shown = dialog.current
    shown?.showModal()
    // else it is on the first button, and a key pressed too early does what is asked about
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
