import { Store } from '../store.ts'

/** Whether the dialog that saves is open. */
export const isSaving = new Store(false)

export function openSave(): void {
  isSaving.set(true)
}
