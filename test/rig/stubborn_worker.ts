/**
 * A worker of the proxy that hangs when it is started, if the file of its first argument holds its number.
 */
import { existsSync, readFileSync } from 'node:fs'
import { systemClock } from '../../src/host/clock.ts'
import { runWorker } from '../../src/proxy/workers/run_worker.ts'

const [, , file = '', number = ''] = process.argv
const hangs = existsSync(file) && readFileSync(file, 'utf8') === number
const end = (): void => process.exit()
if (hangs) process.on('disconnect', end)
else runWorker(process, systemClock, end)
