import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pages } from './pages.ts'

for (const [file, page] of pages) writeFileSync(join(import.meta.dirname, file), page())
