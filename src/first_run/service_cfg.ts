import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

const newCfg = `; Made by 'countersign up'. Every key is explained in docs/countersign.cfg.md.
[service]
data_folder=.

; outbox: nothing leaves this machine. What would have been sent: countersign outbox
[sms]
provider=outbox

[phone]
provider=outbox

[mail]
provider=outbox
`

/** Writes the service's configuration where there is none. */
export function writeServiceCfg(file: string): void {
  if (existsSync(file)) return
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  writeFileSync(file, newCfg, { mode: 0o600 })
}
