import { runProgram } from './workspaces/run_program.ts'
import { workspacesProgram } from './workspaces/workspaces_program.ts'

await runProgram(workspacesProgram())
