import { createReadStream, openSync, writeSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { runProgram } from '../../src/cmd/countersign/context.ts'
import { countersignProgram } from '../../src/cmd/countersign/countersign_program.ts'
import { resultOf } from './verb_result.ts'

/** The process in which `countersignVerb` runs its verbs, one after the other. */

const [requests = '', results = ''] = process.argv.slice(2)
const input = createReadStream('', { fd: openSync(requests, 'r') })
const output = openSync(results, 'w')
const run = () => runProgram(countersignProgram())
for await (const line of createInterface({ input })) {
  writeAll(`${JSON.stringify(await resultOf('countersign', run, JSON.parse(line)))}\n`)
}

function writeAll(text: string): void {
  const octets = Buffer.from(text)
  for (let at = 0; at < octets.length; ) at += writeSync(output, octets, at)
}
