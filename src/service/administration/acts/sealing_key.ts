import { rotateSealingKey as rotate } from '../../store/rotation.ts'
import { act } from '../act.ts'

/** Seals all secrets with a new key. @returns How many. */
export const rotateSealingKey = act({
  name: 'sealing_key_rotate',
  permits: ['sealing_key.rotate'],
  do: ({ store, db }) => rotate(store, db),
  log: (_: undefined, count) => ({
    object: 'sealing_key',
    objectKind: 'service',
    objectId: '',
    description: { secrets: count },
  }),
})
