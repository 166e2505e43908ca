/**
 * How often a second this folder's disk takes a page for good: pwrite and fdatasync, one after the
 * other. Started with the folder and the seconds; prints the rate.
 */
import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'

const [folder = '', secs = '1'] = process.argv.slice(2)
const page = Buffer.alloc(4096, 1)
const pages = 1024
const file = openSync(join(folder, 'fsync-loop'), 'w')
for (let index = 0; index < pages; index++)
  writeSync(file, page, 0, page.length, index * page.length)
fdatasyncSync(file)

const began = performance.now()
const end = began + Number(secs) * 1000
let synced = 0
while (performance.now() < end) {
  writeSync(file, page, 0, page.length, (synced % pages) * page.length)
  fdatasyncSync(file)
  synced++
}
closeSync(file)
process.stdout.write(
  `${JSON.stringify({ perSec: synced / ((performance.now() - began) / 1000) })}\n`,
)
