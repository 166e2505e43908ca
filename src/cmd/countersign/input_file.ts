import { readFile } from 'node:fs/promises'
import { buffer } from 'node:stream/consumers'

/** Reads a file that a verb names; `-` is the standard input. @throws What `readFile` throws. */
export async function readInput(file: string): Promise<Buffer> {
  // not `readFile('/dev/stdin')`, which fails if the pipe is empty at that moment
  return file === '-' ? await buffer(process.stdin) : await readFile(file)
}
