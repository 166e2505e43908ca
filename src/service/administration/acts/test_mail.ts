import { act } from '../act.ts'

/** Records a trial mail; the caller sends it after the transaction. */
export const testMail = act({
  name: 'mail_test',
  permits: ['settings.edit'],
  do: async () => {},
  log: ({ to }: { readonly to: string }) => ({
    object: 'mail',
    objectKind: 'settings',
    objectId: 'mail',
    description: { to },
  }),
})
