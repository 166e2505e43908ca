import { CreateCodesDialog } from './create_codes_dialog.tsx'

export function CreateDialog() {
  return <CreateCodesDialog parent="/bypass-codes" />
}
