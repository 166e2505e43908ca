import { resolve } from 'node:path'

/**
 * The folder with `package.json`, `bin` and `web`. From here it is at the same distance in a clone
 * (`src/host`) and in a package (`lib/cmd`); from folders at another depth it is not.
 */
export const programRoot = resolve(import.meta.dirname, '../..')
