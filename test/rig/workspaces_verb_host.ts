import { runProgram } from '../../src/cmd/workspaces/run_program.ts'
import { workspacesProgram } from '../../src/cmd/workspaces/workspaces_program.ts'
import { resultOf } from './verb_result.ts'

/** The process in which `workspacesVerb` runs its verbs, one after the other. */

const run = () => runProgram(workspacesProgram())
let before: Promise<unknown> = Promise.resolve()
process.on(
  'message',
  ({ id, request }: { id: number; request: Parameters<typeof resultOf>[2] }) => {
    before = before.then(async () => {
      const result = await resultOf('workspaces', run, request)
      process.send?.({ id, result })
    })
  },
)
