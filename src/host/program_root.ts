import { resolve } from 'node:path'

/**
 * The folder with `package.json`, `bin` and `web`. The relative path is the same from this file in a clone
 * (`src/host`) and from a bundle in a package (`lib/cmd`), but not from folders at another depth.
 */
export const programRoot = resolve(import.meta.dirname, '../..')
