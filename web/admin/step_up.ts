/** Opens the dialog that asks for a factor again. Resolves to whether the administrator did so. */
type AskAgain = () => Promise<boolean>

let dialog: AskAgain | undefined
let open: Promise<boolean> | undefined

/** Registers the dialog. @returns Removes it. */
export function registerStepUp(ask: AskAgain): () => void {
  dialog = ask
  return () => {
    dialog = undefined
  }
}

/** Asks for a factor again; requests that fail at the same time share one dialog. */
export function requestStepUp(): Promise<boolean> {
  if (dialog === undefined) return Promise.resolve(false)
  open ??= dialog().finally(() => {
    open = undefined
  })
  return open
}
