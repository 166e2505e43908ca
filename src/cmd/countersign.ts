import { runProgram } from './countersign/context.ts'
import { countersignProgram } from './countersign/countersign_program.ts'

await runProgram(countersignProgram())
